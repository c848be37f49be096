"""Rules as data: the closed vocabulary of a rule set, and the one engine that makes a ledger of it.

    words          the nouns of a rule set, as they stand in its file
    points         what a quantity earns: units, hours, conversions, shares, thresholds
    caps           how much counts of an entry, an activity, a category or a group, in a cycle or in a year of it
    minimums       what has to be reached in a category, a group or a year
    limit          whether more is taken once everything is reached
    carry_over     what goes on into the next cycle
    cycles         when a cycle ends, what grace it has, where the next one starts
    fees           what is owed by whom, and when
    designations   which reports are due by those who hold several
    claims         what each entry may bring by itself, as a repeat, and in each year
    ledger         all of these over one cycle and its entries: each point explained

Nothing is evaluated: each word is a small pure function. docs/rules.md tells every word with an example.
"""

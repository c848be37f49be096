"""What happened, what staff have to look at, and how many stand where."""

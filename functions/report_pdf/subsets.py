"""The letters of a font that a paper uses, cut out by HarfBuzz, as fpdf2 asks fontTools for them.

HarfBuzz is there to shape texts. What cuts fonts in fontTools is 120 modules, and most of a print's time and memory.
"""

from collections.abc import Iterable

import uharfbuzz as hb
from fontTools.ttLib import TTFont


class Options:
    """What fpdf2 says about the cut; that the sign for what is missing is drawn, which it asks for, always holds."""

    def __init__(self, **_: bool) -> None:
        self.drop_tables: list[str] = []


class Subsetter:
    """Cuts one font."""

    def __init__(self, options: Options) -> None:
        self._dropped = options.drop_tables
        self._glyphs: list[str] = []

    def populate(self, *, glyphs: Iterable[str]) -> None:
        """The glyphs that stay, by their names."""
        self._glyphs = list(glyphs)

    def subset(self, font: TTFont) -> None:
        """From here on the font counts its glyphs as the cut does, and is saved as the cut."""
        numbers = font.getReverseGlyphMap()
        asked = hb.SubsetInput()
        asked.flags = hb.SubsetFlags.NOTDEF_OUTLINE
        asked.glyph_set.update(numbers[name] for name in self._glyphs)
        asked.drop_table_tag_set.update(int.from_bytes(name.encode()) for name in self._dropped)
        plan = hb.SubsetPlan(hb.Face(hb.Blob.from_file_path(font.reader.file.name)), asked)
        content = plan.execute().blob.data
        places = plan.old_to_new_glyph_mapping
        vars(font).update(
            getGlyphID=lambda name: places[numbers[name]], save=lambda file: file.write(content)
        )

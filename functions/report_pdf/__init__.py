"""The printed report and the certificate."""

import fontTools  # noqa: F401 (what is loaded is not stood in for)

from shared.adapters.light_packages import load_without

UNUSED = {
    # signs a document, and brings asyncio along
    "unittest.mock": ["patch"],
    # reads SVG
    "defusedxml.ElementTree": ["fromstring"],
    # fonts of many widths and in colours; cuts fonts, which HarfBuzz does (subsets.py)
    "fontTools.varLib.instancer": [],
    "fontTools.subset": [],
    "fpdf.font_type_3": ["get_color_font_object", "Type3Font"],
}
"""What fpdf2 loads and the portal's papers have no use for."""

load_without("fpdf", UNUSED)

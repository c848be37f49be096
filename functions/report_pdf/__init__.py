"""The printed report and the certificate."""

from shared.adapters.light_packages import load_without

# What signs a document, and brings asyncio along, and what reads SVG: the portal's papers have neither.
load_without("fpdf", {"unittest.mock": ["patch"], "defusedxml.ElementTree": ["fromstring"]})

"""The printed report and the certificate."""

from shared.adapters.light_packages import load_without

load_without("fpdf", "unittest.mock", patch=None)  # with which it signs documents; it brings asyncio along

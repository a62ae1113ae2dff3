"""Documents as tagged PDF (PDF/UA-1), set by typst with the fonts of this computer."""

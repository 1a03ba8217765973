"""From an executed notebook to what people read and archives keep: HTML and PDF/A-3u, with fonts of our own."""

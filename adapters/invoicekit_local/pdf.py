"""A plain one-page PDF, enough to print and to file."""

from invoicekit.model import Invoice, LineItem

_TOP, _LEFT, _STEP, _SIZE = 800, 50, 16, 11


def invoice_pdf(invoice: Invoice) -> bytes:
    """Lay an invoice out as lines of text."""
    lines = [
        f"Invoice {invoice.number}",
        f"To: {invoice.customer_name}",
        f"Issued {invoice.issue_date}, due {invoice.due_date}; {invoice.raw_status}",
        "",
    ]
    if isinstance(invoice.line_items, tuple):
        lines += [_line(item) for item in invoice.line_items]
    lines += [
        "",
        f"Subtotal {invoice.subtotal}",
        f"Total {invoice.total}",
        f"Paid {invoice.amount_paid}",
        f"Due {invoice.amount_due}",
    ]
    return _document(lines)


def _line(item: LineItem) -> str:
    return f"{item.quantity} x {item.description} at {item.unit_price} = {item.amount}"


def _document(lines: list[str]) -> bytes:
    shown = b"\n".join(
        f"1 0 0 1 {_LEFT} {_TOP - number * _STEP} Tm ".encode() + b"(" + _escaped(line) + b") Tj"
        for number, line in enumerate(lines)
    )
    content = b"BT /F1 %d Tf\n%s\nET" % (_SIZE, shown)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    document = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(document)
    document += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        document += b"%010d 00000 n \n" % offset
    document += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(document)


def _escaped(text: str) -> bytes:
    raw = text.encode("cp1252", errors="replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")

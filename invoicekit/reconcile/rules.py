"""How much each agreement of a line and an invoice counts."""

import attrs


@attrs.frozen(kw_only=True)
class Rules:
    """Points by criterion, and what they must come to; all of it may be set otherwise.

    A line that names its invoice reaches `enough` by that alone. Amount and payer together do, the amount
    alone never does. A payer who is somebody else takes so much away that only the whole amount makes
    up for it.

    Attributes:
        structured: A structured reference names the invoice.
        number: Its number stands in the text.
        part_of_number: The end of its number does, and no other invoice's.
        short_number: Its number does, but is so short that it may mean anything.
        amount: The amount is what is due.
        payer: The payer is the customer.
        payer_in_part: Both names share a word.
        other_payer: The names have nothing in common.
        in_time: Booked within `window_days` after the invoice was issued.
        too_early: Booked before.
        enough: Fewer points are never applied unasked.
        lead: So much the best invoice must be ahead of the next one, and the best line of the next.
        worth_showing: Fewer points are no candidate.
        most_options: Candidates shown for one line.
        most_combined: Open invoices of one customer beyond which no sums are tried.
        shortest_number: Digits, or letters and digits, that a number needs to mean one invoice.
    """

    structured: int = 70
    number: int = 60
    part_of_number: int = 40
    short_number: int = 20
    amount: int = 35
    payer: int = 30
    payer_in_part: int = 12
    other_payer: int = -20
    in_time: int = 5
    too_early: int = -10
    window_days: int = 400
    enough: int = 60
    lead: int = 15
    worth_showing: int = 30
    most_options: int = 5
    most_combined: int = 14
    shortest_number: int = 5

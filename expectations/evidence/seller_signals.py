"""What must hold of evidence.seller_signals."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect("rows_to_meet", because="no more listings can be counterfeit than there are", condition="suspect_listings <= listings + 1e-6"),
    Expect(
        "column_values_to_be_in_set", severity="warning", column="is_suspect", value_set=[False], mostly=0.6,
        because="when most shops look like counterfeiters, prices or brands were delivered wrong",
    ),
]  # fmt: skip

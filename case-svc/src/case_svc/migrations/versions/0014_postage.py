"""What sending a result costs its applicant.

Of cases under way those not decided yet pay as if it went near; what was approved before is sent for nothing: nobody
asked for money when it was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column(
        "cases",
        sa.Column("postage_cents", sa.BigInteger, comment="what sending the result costs the applicant"),
    )
    op.execute(
        """UPDATE cases SET postage_cents = 2000 FROM item_version AS item
 WHERE item.code = cases.item_code AND item.version = cases.item_version AND item.definition -> 'steps' ? 'deliver'
 AND item.definition ->> 'delivery_free' = 'false'
 AND cases.state IN ('submitted', 'supplement_requested', 'supplemented', 'accepted')"""
    )


def downgrade() -> None:
    op.drop_column("cases", "postage_cents")

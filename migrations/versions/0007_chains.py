"""Chains"""

import sqlalchemy as sa
from alembic import op

from core.db import UtcDateTime


revision = '0007'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sitting_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('sitting_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_sitting_event_sitting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sitting_event')),
    sa.UniqueConstraint('sitting_id', 'number', name=op.f('uq_sitting_event_sitting_id_number'))
    )
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('number', sa.Integer(), nullable=True))

    with op.batch_alter_table('sitting', schema=None) as batch_op:
        batch_op.add_column(sa.Column('chain_number', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('chain_head', sa.String(length=64), server_default='', nullable=False))
        batch_op.add_column(sa.Column('signed_number', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('signed_head', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('signature', sa.String(length=100), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('sitting', schema=None) as batch_op:
        batch_op.drop_column('signature')
        batch_op.drop_column('signed_head')
        batch_op.drop_column('signed_number')
        batch_op.drop_column('chain_head')
        batch_op.drop_column('chain_number')

    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_column('number')

    op.drop_table('sitting_event')

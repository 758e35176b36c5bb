"""Card codes: with one, a person without phone and mail gets into an exam at a shared terminal."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime


class CardCode(Base):
    """A one-time code for a terminal; a new one of the same person makes it worthless."""

    __tablename__ = "card_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    # The only exam that it opens; None for every exam of its time.
    exam_id: Mapped[int | None] = mapped_column(ForeignKey("exam.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    # The moment itself is too late.
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_count: Mapped[int] = mapped_column(default=0)
    # Where it was used, and the session that it opened, as long as that is kept.
    terminal_id: Mapped[int | None] = mapped_column(ForeignKey("terminal.id"))
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("auth_session.id", ondelete="SET NULL"), index=True
    )

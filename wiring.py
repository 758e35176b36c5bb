"""Who listens to whom, which jobs run when, which page shows something of another package."""

from functools import partial

import accounts.jobs
import accounts.queries
import certificates.awarding
import certificates.reviewing
import certificates.views
import editor.views
import exams.consequences
import exams.events
import exams.evidence.digest_files
import exams.fairness_report
import exams.item_analysis
import exams.listeners
import exams.on_paper.entering
import exams.on_paper.uploads
import exams.queries.cards
import exams.regrading
import exams.result_files
import exams.signing
import exams.sweep
import exams.views
import question_bank.views
import reports.audit_words
import reports.records
import teams.queries
import teams.queries.records
from accounts.events import FirstAdministratorMade
from core.chance import SeedSource
from core.config import Config
from core.events import Bus
from core.services import Services
from question_bank.formats import uploads
from teams.listeners import seat_first_administrator
from teams.roster import importing


def subscribe(bus: Bus, config: Config, seeds: SeedSource) -> None:
    """Who listens to whom: news travels from a lower package to a higher one."""
    bus.subscribe(FirstAdministratorMade, seat_first_administrator)
    award = certificates.awarding.make_award_handler(seeds, config.time_zone)
    bus.subscribe(exams.events.SittingMarked, award)
    bus.subscribe(exams.events.SittingRemarked, award)
    bus.subscribe(exams.events.SittingMarked, exams.consequences.tell_failed_resit)
    bus.subscribe(exams.events.SittingRemarked, exams.consequences.tell_failed_resit)
    bus.subscribe(exams.events.ResitFailed, certificates.awarding.propose_standby)
    bus.subscribe(exams.events.ExamCopied, certificates.awarding.copy_award)
    bus.subscribe(exams.events.SittingClosed, exams.listeners.bound_terminal_session)
    bus.subscribe(exams.events.SittingRemarked, certificates.reviewing.review_for_remarked_sitting)
    bus.subscribe(exams.events.SittingMarked, certificates.reviewing.review_for_marked_sitting)
    signer = partial(exams.signing.load_signer, config.keys_dir, seeds)
    sign = exams.signing.make_sign_handler(signer)
    bus.subscribe(exams.events.SittingClosed, sign)
    bus.subscribe(exams.events.SittingMarked, sign)
    bus.subscribe(exams.events.SittingRemarked, sign)


def register_jobs(services: Services) -> None:
    """Which work the scheduler does, and how often."""
    sweep = partial(exams.sweep.sweep_overdue, services)
    services.jobs.every_minutes("close-overdue-sittings", 1, sweep)
    analyse = partial(exams.item_analysis.analyse_exams, services)
    services.jobs.every_night("item-analysis", analyse, zone=services.config.time_zone, hour=3)
    services.jobs.on_demand("analyse-exam", analyse)
    report = partial(exams.fairness_report.report_fairness, services)
    services.jobs.on_demand("report-fairness", report)
    enter = partial(exams.on_paper.entering.enter, services)
    services.jobs.on_demand("enter-paper-answers", enter)
    digest = partial(exams.evidence.digest_files.make_missing, services)
    services.jobs.every_night("digest", digest, zone=services.config.time_zone, hour=1)
    services.jobs.on_demand("make-results", partial(exams.result_files.make, services))
    services.jobs.every_minutes("tidy-results", 30, partial(exams.result_files.tidy, services))
    tidy_paper = partial(exams.on_paper.uploads.tidy, services)
    services.jobs.every_minutes("tidy-paper-answers", 30, tidy_paper)
    regrade = partial(exams.regrading.write_regrades, services)
    services.jobs.every_minutes("finish-regrades", 5, regrade)
    services.jobs.on_demand("write-regrade", regrade)
    services.jobs.on_demand("preview-roster", partial(importing.preview, services))
    services.jobs.on_demand("import-roster", partial(importing.apply, services))
    services.jobs.every_minutes("tidy-rosters", 10, partial(importing.tidy, services))
    services.jobs.every_minutes("tidy-question-imports", 30, partial(uploads.tidy, services))
    services.jobs.every_minutes("purge-accounts", 30, partial(accounts.jobs.purge, services))
    purge_cards = partial(exams.sweep.purge_cards, services)
    services.jobs.every_night("purge-cards", purge_cards, zone=services.config.time_zone, hour=4)


def register_panels(services: Services) -> None:
    """Where a page of a lower package shows something of a higher one."""
    services.panels["learning.module"].append(editor.views.modules.edit_panel)
    services.panels["learning.module"].append(editor.views.proposals.module_panel)
    services.panels["bank"].append(editor.views.bulk.bulk_panel)
    services.panels["clause"].append(question_bank.views.clause_panel)
    services.panels["clause"].append(exams.views.clauses.clause_panel)
    services.panels["clause"].append(certificates.views.awards.clause_panel)
    services.panels["exams.dry_run"].append(certificates.views.reviews.dry_run_panel)
    services.panels["question_version"].append(exams.views.clauses.version_panel)
    services.panels["question.flaw"].append(exams.views.clauses.flaw_panel)
    services.panels["exam"].append(certificates.views.awards.award_panel)
    services.panels["exam"].append(exams.views.integrity.exam_panel)
    services.panels["question"].append(exams.views.exposure.question_panel)
    services.panels["exams.result"].append(exams.views.recorded.result_panel)
    services.panels["person"].append(exams.views.cards.person_panel)
    services.panels["team"].append(exams.views.cards.team_panel)
    services.panels["exams.result"].append(certificates.views.awards.result_panel)


def register_records(services: Services) -> None:
    """What "my records" shows of a person, in this order, and what audited acts are called."""
    services.records.extend(accounts.queries.RECORDS)
    services.records.extend(teams.queries.records.RECORDS)
    services.records.extend(exams.queries.cards.RECORDS)
    services.records.extend(reports.records.make_records(services.clock))
    services.acts.update(reports.audit_words.ACTIONS)

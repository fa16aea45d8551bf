"""The one settings object, read from `CLASSROOM_…` variables and handed on. Nothing is read at import."""

from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parents[2]


class QueueKind(StrEnum):
    """Where the job queue is."""

    EMBEDDED = "embedded"
    POSTGRES = "postgres"
    REDIS = "redis"


class Settings(BaseSettings):
    """How this classroom runs. Every field is a variable with the prefix CLASSROOM_."""

    model_config = SettingsConfigDict(env_prefix="CLASSROOM_", frozen=True, ignored_types=(cached_property,))

    data_dir: Path = Field(
        default_factory=lambda: Path.home() / ".hyperkit-classroom",
        description="the folder that holds everything: database, queue, keys, built lessons, notebooks",
    )
    lessons_dir: Path = Field(default=REPOSITORY / "lessons", description="the course: track/lesson/exercise folders")
    database_url: str = Field(default="", description="SQLAlchemy address; empty: a SQLite file in the data folder")
    database_pool_size: int = Field(default=10, ge=1, le=200, description="connections each process keeps open")
    database_pool_overflow: int = Field(default=40, ge=0, le=200, description="connections it may open on top of these")
    database_wait_s: float = Field(default=5, gt=0, description="seconds to wait for a lock, or for a connection")
    database_statement_s: float = Field(default=30, gt=0, description="seconds one statement may take (PostgreSQL)")
    queue: QueueKind = Field(
        default=QueueKind.EMBEDDED,
        description="where jobs wait: `embedded` (a file; one consumer), `postgres` (the database itself) or `redis`",
    )
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0", description="address of Redis, where the queue is in it", repr=False
    )
    backup_every_hours: int = Field(
        default=0, ge=0, le=24 * 31, description="hours between backups that the job consumer makes by itself; 0: none"
    )
    backups_kept: int = Field(default=14, ge=1, description="backups that stay in the data folder; older ones go")
    audit_seal_s: float = Field(default=2, gt=0, description="seconds between two seals of the audit log")
    host: str = Field(default="127.0.0.1", description="address the servers listen on")
    portal_port: int = Field(default=8000, ge=1, le=65535, description="port of API and portal")
    voila_port: int = Field(default=8866, ge=1, le=65535, description="port of the lesson apps")
    lab_port: int = Field(default=8888, ge=1, le=65535, description="port of JupyterLab")
    pool_size: int = Field(default=2, ge=1, le=64, description="submissions graded at the same time")
    background_workers: int = Field(
        default=1,
        ge=1,
        le=16,
        description="jobs that nobody waits for, done at the same time: regrades, exports, backups",
    )
    lease_s: float = Field(default=45.0, gt=0, description="seconds a worker may hold a job before another takes it")
    max_queued: int = Field(default=1000, ge=1, description="submissions that may wait; more get 429")
    submissions_per_minute: int = Field(default=30, ge=1, description="submissions one learner may make a minute")
    chains_each: int = Field(default=5, ge=1, description="private chains one learner may have")
    chains_in_memory: int = Field(default=16, ge=1, description="private chains that run at the same time")
    chain_idle_s: float = Field(default=900, gt=0, description="seconds after which a chain leaves memory; it is kept")
    chain_blocks: int = Field(default=2000, ge=1, description="blocks a private chain may have")
    chain_entries: int = Field(default=4000, ge=1, description="changes that the journal of a chain may hold")
    chain_journal_bytes: int = Field(default=16 * 1024**2, ge=1, description="bytes of a chain's journal")
    chain_state_bytes: int = Field(default=64 * 1024**2, ge=1, description="bytes that a chain may store")
    chain_request_s: float = Field(default=10, gt=0, description="seconds one request to a chain may take")
    lesson_kernels: int = Field(
        default=0,
        ge=0,
        description="kernels that lesson apps hold at once; who comes later waits in a queue. "
        "0: as many as half of the memory of this machine holds",
    )
    lesson_kernel_idle_s: float = Field(
        default=180,
        ge=0,
        description="seconds without a word from a lesson's page after which its kernel may go to somebody who waits",
    )
    session_days: int = Field(default=30, ge=1, description="days a sign-in lasts")
    public_url: str = Field(
        default="", description="the address that people type and links begin with, where a proxy gives it another"
    )
    trusted_proxies: str = Field(
        default="", description="addresses of proxies whose X-Forwarded-For is believed, with commas between"
    )
    sign_up: Literal["closed", "invite", "open"] = Field(
        default="invite", description="who may make an account: nobody, who has a course's invite, or anybody"
    )
    teachers_need_second_factor: bool = Field(
        default=False, description="who has no second factor may learn only, whatever their roles"
    )
    rate_storage: str = Field(
        default="", description="where tries are counted: empty for a table, `memory`, or an address such as redis://…"
    )
    requests_per_account: int = Field(
        default=6000, ge=0, description="requests a minute of one person, over all they hold; 0: no limit"
    )
    requests_per_key: int = Field(default=3000, ge=0, description="requests a minute with one API key; 0: no limit")
    requests_per_address: int = Field(
        default=30_000, ge=0, description="requests a minute from one address, where a whole school may be; 0: no limit"
    )
    hand_ins_at_once: int = Field(
        default=24, ge=0, description="hand-ins that one process answers at a time; more get 503. 0: no limit"
    )
    requests_at_once: int = Field(
        default=200, ge=0, description="other requests that one process answers at a time; more get 503. 0: no limit"
    )
    cors_origins: str = Field(
        default="", description="other origins whose pages may use the API with a token, with commas between"
    )
    smtp_host: str = Field(default="", description="mail server; empty: links are shown to the operator instead")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="port of the mail server")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="how the way to the mail server is protected"
    )
    smtp_user: str = Field(default="", description="name at the mail server, where it wants one")
    smtp_password: str = Field(default="", repr=False, description="password at the mail server")
    mail_from: str = Field(default="", description="the sender of letters")
    log_format: Literal["json", "text"] = Field(
        default="json", description="logs as one JSON object a line, or as lines for a person"
    )
    metrics_secret: str = Field(
        default="",
        repr=False,
        description="what Prometheus sends as a bearer token; empty: /metrics answers this machine only",
    )
    traces_url: str = Field(
        default="", description="OTLP collector of traces, such as http://127.0.0.1:4318/v1/traces; empty: none"
    )
    terms_to_accept: bool = Field(
        default=False, description="who signs up has to accept the terms and the privacy page, which is recorded"
    )
    keep_sources_days: int = Field(
        default=0, ge=0, description="days that the source of an attempt is kept; its verdict stays. 0: for ever"
    )
    keep_chains_days: int = Field(
        default=0, ge=0, description="days that a private chain is kept after its last change; 0: for ever"
    )
    keep_drafts_days: int = Field(
        default=0, ge=0, description="days that a draft is kept after its last change; 0: for ever"
    )
    keep_sessions_days: int = Field(
        default=90, ge=0, description="days that a session, a link or a key is on record after its end; 0: for ever"
    )
    keep_failures_days: int = Field(
        default=1, ge=0, description="days that counts of failed sign-ins are kept after their window; 0: for ever"
    )
    keep_exports_days: int = Field(default=7, ge=1, description="days that a file to download is kept")
    keep_backups_days: int = Field(
        default=0, ge=0, description="days that backups in the data folder are kept, but for the newest; 0: for ever"
    )
    secure_cookies: bool = Field(default=False, description="send the session cookie over HTTPS only")
    multi_user: bool = Field(
        default=False, description="others than the owner use it: refuse to start on the weakest isolation"
    )
    owner: str = Field(default="owner", description="name of the one person whom JupyterLab on this machine serves")

    @cached_property
    def database(self) -> str:
        """The database address in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'classroom.db'}"

    @property
    def backups_dir(self) -> Path:
        """Where backups go that nobody has named a place for."""
        return self.data_dir / "backups"

    @property
    def policies_dir(self) -> Path:
        """The institution's own privacy page and terms of use."""
        return self.data_dir / "policies"

    @property
    def erasures_path(self) -> Path:
        """The ids of who was erased, to be erased again after a backup was brought back (mode 0600)."""
        return self.data_dir / "erasures.jsonl"

    @property
    def queue_path(self) -> Path:
        """The SQLite file of the job queue."""
        return self.data_dir / "queue.db"

    @property
    def apps_dir(self) -> Path:
        """Built lessons that Voila serves."""
        return self.data_dir / "apps"

    @property
    def dashboards_dir(self) -> Path:
        """Built notebooks for those who teach, which Voila serves to them."""
        return self.apps_dir / "instructor"

    @property
    def added_dir(self) -> Path:
        """Copies of the courses that were added beside `lessons_dir`."""
        return self.data_dir / "added"

    @property
    def notebooks_dir(self) -> Path:
        """The owner's copies of the lessons, opened in JupyterLab."""
        return self.data_dir / "notebooks"

    @property
    def lab_index_path(self) -> Path:
        """What JupyterLab's launcher shows, written when lessons are built."""
        return self.data_dir / "jupyter" / "lessons.json"

    @property
    def key_path(self) -> Path:
        """The server's secret key (mode 0600)."""
        return self.data_dir / "secret.key"

    @property
    def owner_key_path(self) -> Path:
        """The token with which the owner's notebooks reach the API (mode 0600)."""
        return self.data_dir / "owner.token"

    @property
    def outbox_dir(self) -> Path:
        """Letters that the operator passes on (mode 0700)."""
        return self.data_dir / "outbox"

    @property
    def address(self) -> str:
        """Where people reach the portal."""
        return self.public_url.rstrip("/") or self.portal_url

    @property
    def portal_url(self) -> str:
        """Where API and portal are reached."""
        return f"http://{self.host}:{self.portal_port}"

    @property
    def voila_url(self) -> str:
        """Where lesson apps are reached."""
        return f"http://{self.host}:{self.voila_port}"

    @property
    def lab_url(self) -> str:
        """Where JupyterLab is reached."""
        return f"http://{self.host}:{self.lab_port}"

"""Settings of the service: environment variables with the prefix WANWAN_, or the file WANWAN_ENV_FILE of them."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_PLANT = Path(__file__).parent.parent / "devices" / "plants" / "demo.yaml"


def user_data_dir() -> Path:
    """Return where this user's data belongs: `$XDG_DATA_HOME/wanwan`, else `~/.local/share/wanwan`."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "wanwan"


class Settings(BaseSettings):
    """Everything a site may set. Each has a line in the README."""

    model_config = SettingsConfigDict(env_prefix="WANWAN_", env_file=os.environ.get("WANWAN_ENV_FILE"), extra="ignore")

    plant: Path = DEMO_PLANT
    """The plant file."""
    host: str = "127.0.0.1"
    """Address to serve HTTP on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8765
    """Port to serve HTTP on."""
    data: Path = Field(default_factory=user_data_dir)
    """Folder of the database, the spill file and spoken answers."""
    database_url: str | None = None
    """Database; by default a SQLite file in `data`."""
    models: Path | None = None
    """Folder of recogniser models; by default `models` in `data`."""
    sentences: Path | None = None
    """Folder of a site's own sentences, `LANG/*.yaml`; by default `sentences` beside the plant file."""
    languages: Annotated[list[str], Field(min_length=1)] = ["en", "ja"]
    """Languages understood and spoken, as a JSON list; the first is the default."""

    broker_url: str | None = None
    """`mqtt://host:1883` or `mqtts://host:8883`; without it an embedded broker is started."""
    broker_username: str | None = None
    """Name at the broker."""
    broker_password: SecretStr | None = None
    """Password at the broker."""
    broker_password_file: Path | None = None
    """File that holds the password at the broker."""
    broker_ca_file: Path | None = None
    """Certificate authority of the broker, PEM."""
    broker_certificate_file: Path | None = None
    """Our certificate for the broker, PEM."""
    broker_key_file: Path | None = None
    """Key of our certificate, PEM."""
    embedded_broker_port: Annotated[int, Field(ge=0, le=65535)] = 1883
    """Port of the embedded broker, on 127.0.0.1; 0 takes a free one."""

    recognizer_en: str = "auto"
    """`auto`, `none`, `practice`, `pocketsphinx`, the name of an installed model, or a model's folder."""
    recognizer_ja: str = "auto"
    """As `recognizer_en`, for Japanese (PocketSphinx has no Japanese)."""
    speech_out: bool = True
    """Whether answers can be had as audio."""
    max_recording_s: Annotated[float, Field(gt=0, le=600)] = 60.0
    """The longest recording that is taken."""

    listen_silence_s: Annotated[float, Field(ge=0.1, le=3)] = 0.35
    """The silence that ends what is said to a listening station."""
    listen_longest_s: Annotated[float, Field(ge=2, le=60)] = 15.0
    """The longest utterance that a listening station takes."""
    listen_sessions: Annotated[int, Field(ge=1, le=1000)] = 32
    """How many stations may listen at once."""
    listen_sessions_per_key: Annotated[int, Field(ge=1, le=1000)] = 16
    """How many of them with one key."""
    listen_stall_s: Annotated[float, Field(ge=0.1, le=600)] = 10.0
    """How long a listening station may send no sound, where it should, or not take what it is sent."""
    address_window_s: Annotated[float, Field(ge=1, le=60)] = 8.0
    """How long the address, said alone, opens a hands-free station."""

    confirmation_expires_s: Annotated[float, Field(gt=0, le=60)] = 10.0
    """How long a challenge may be answered."""
    dialogue_expires_s: Annotated[float, Field(gt=0, le=300)] = 20.0
    """How long "two" may answer "which one?", and "it" stands for the device that was spoken of."""
    command_expires_s: Annotated[float, Field(gt=0, le=60)] = 10.0
    """The greatest age at which a device may still carry out a command."""
    max_text_chars: Annotated[int, Field(ge=100, le=10_000)] = 1000
    """The longest sentence that is taken."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much the service logs."""

    @model_validator(mode="after")
    def _read_secret_files(self) -> "Settings":
        if self.broker_password_file is not None:
            self.broker_password = SecretStr(self.broker_password_file.read_text(encoding="utf-8").strip())
        return self

    @property
    def effective_database_url(self) -> str:
        """The database's URL, the default filled in."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data / 'wanwan.sqlite'}"

    @property
    def sentences_dir(self) -> Path:
        """The folder of a site's own sentences, the default filled in; it need not exist."""
        return self.sentences or self.plant.parent / "sentences"

    @property
    def models_dir(self) -> Path:
        """The folder of recogniser models, the default filled in."""
        return self.models or self.data / "models"

    def recognizer_for(self, language: str) -> str:
        """Return what shall hear a language: a word that `choose_engine` takes, or a model's folder."""
        wanted = {"en": self.recognizer_en, "ja": self.recognizer_ja}.get(language, "none")
        named = self.models_dir / wanted
        return str(named) if wanted and named.is_dir() else wanted

    @property
    def embedded_broker_token_file(self) -> Path:
        """Where the password of the embedded broker is kept, readable by this user only."""
        return self.data / "embedded-broker-token"

    @property
    def spill_file(self) -> Path:
        """Where rows of stops wait while the database cannot be written."""
        return self.data / "spilled-audit.jsonl"

"""Wire types of people: who they are, how they sign in, what they hold."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from classroom.schemas.base import In, Out, Text

ScopeName = Literal["learn", "teach", "manage", "account", "admin"]
Login = Annotated[Text, Field(min_length=1, max_length=254, examples=["ada", "ada@school.example"])]
Email = Annotated[Text, Field(min_length=3, max_length=254, examples=["ada@school.example"])]
Password = Annotated[Text, Field(max_length=512, json_schema_extra={"format": "password"})]
NewPassword = Annotated[
    Text, Field(description="10 to 128 characters, and no common ones", json_schema_extra={"format": "password"})
]
Code = Annotated[Text, Field(max_length=32, examples=["123456"], description="of the authenticator app, or to recover")]
DisplayName = Annotated[Text, Field(min_length=1, max_length=128, examples=["Ada Lovelace"])]
Secret = Annotated[Text, Field(max_length=128)]


class MeOut(Out):
    """Who is signed in."""

    id: UUID
    name: str
    display_name: str
    roles: dict[str, list[Literal["instructor", "assistant", "learner"]]] = Field(description="roles by course slug")


class SignInIn(In):
    """What a program shows to sign a person in."""

    name: Login
    password: Password
    code: Code | None = Field(default=None, description="where the person has a second factor")
    scopes: list[ScopeName] = Field(
        default=["learn", "teach", "manage", "account", "admin"],
        max_length=5,
        description="what the tokens will be used for; what the person may not do is left out",
    )
    label: Annotated[Text, Field(max_length=128)] = Field(default="", description="by which the person will know it")


class TokensOut(Out):
    """A token to show, as `Authorization: Bearer`, and one to renew it with."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6749's word
    expires_in: int = Field(description="seconds")
    scopes: list[ScopeName]


class RefreshIn(In):
    """A refresh token."""

    refresh_token: Secret


class SignUpIn(In):
    """What it takes to ask for an account."""

    email: Email
    display_name: DisplayName
    invite: Secret | None = None
    accepted: list[Annotated[str, StringConstraints(max_length=64, pattern="^[0-9a-f]*$")]] = Field(
        default_factory=list,
        max_length=8,
        description="versions of the terms and the privacy page that are agreed to, where the classroom asks for it",
    )


class ForgottenIn(In):
    """Whose password was forgotten."""

    name: Login


class SentOut(Out):
    """The same for everybody: it tells nothing of whether there is such an account."""

    detail: str


class ConfirmIn(In):
    """The link of a letter; who has just signed up chooses a password with it."""

    link: Secret
    password: NewPassword | None = None
    display_name: DisplayName | None = None


class ResetIn(In):
    """The link of a letter, and the new password."""

    link: Secret
    password: NewPassword


class AccountOut(Out):
    """One's own account."""

    id: UUID
    name: str
    display_name: str
    email: str | None
    is_admin: bool
    has_password: bool
    second_factor: bool
    recovery_codes: int = Field(description="how many are left")
    created_at: datetime


class ProfileIn(In):
    """What pages call a person."""

    display_name: DisplayName


class PasswordIn(In):
    """The new password, and the one until now, where there is one."""

    current: Password = ""
    new: NewPassword


class EmailIn(In):
    """The new address, and the password."""

    email: Email
    password: Password = ""


class ConfirmedIn(In):
    """The password, once more."""

    password: Password = ""


class CodeIn(In):
    """The code that the app shows now."""

    code: Code


class EnrollingOut(Out):
    """What an authenticator app needs."""

    secret: str
    uri: str = Field(description="what the QR code says")


class RecoveryCodesOut(Out):
    """Codes for the loss of the phone; each works once, and this is the only time they are shown."""

    recovery_codes: list[str]


class SessionOut(Out):
    """One place where a person is signed in."""

    id: UUID
    kind: Literal["browser", "program"]
    label: str
    current: bool
    created_at: datetime
    used_at: datetime | None = Field(description="to within five minutes")
    expires_at: datetime


class KeyIn(In):
    """What a new key is for."""

    label: Annotated[Text, Field(min_length=1, max_length=128, examples=["Nightly export of marks"])]
    scopes: list[ScopeName] = Field(min_length=1, max_length=5, examples=[["teach"]])
    days: int = Field(default=90, ge=1, le=365)


class KeyOut(Out):
    """A key, but for its secret."""

    id: UUID
    label: str
    prefix: str = Field(description="how the key begins")
    scopes: list[ScopeName]
    created_at: datetime
    used_at: datetime | None = Field(description="to within five minutes")
    expires_at: datetime


class NewKeyOut(KeyOut):
    """A new key: the only time it is shown."""

    key: str


class UserOut(Out):
    """A person, as administrators see them."""

    id: UUID
    name: str
    display_name: str
    email: str | None
    is_admin: bool
    pending: bool = Field(description="signed up, and the address not confirmed yet")
    disabled: bool
    second_factor: bool
    created_at: datetime


class UserIn(In):
    """A new person, who comes in by a link."""

    name: Annotated[Text, Field(min_length=1, max_length=64, examples=["ada"])]
    display_name: DisplayName | None = None
    email: Email | None = None
    is_admin: bool = False


class UserChange(In):
    """What an administrator changes of a person; what is left out stays."""

    display_name: DisplayName | None = None
    is_admin: bool | None = None
    disabled: bool | None = None


class LinkOut(Out):
    """A link that signs a person in, once, within a day: the only time it is shown."""

    url: str

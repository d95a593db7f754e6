"""The settings of directories that tell who is at the school."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from safeguard.setting_kinds import Section

Seconds = Annotated[int, Field(ge=1, le=120)]
GROUPS = "Which group is which of ours: {}. Of several, the first that is written here counts."
OTHERWISE = "The group of whoever is in none of these. Empty: they are not taken in."
TIMEOUT = "How long it may take for each answer."


class _Asked(Section):
    """What all directories have."""

    otherwise: str = Field("", description=OTHERWISE)
    timeout_seconds: Seconds = Field(20, description=TIMEOUT)
    ca: Path | None = Field(
        None, description="A PEM file of authorities to trust too, where it has one of your own."
    )


class LdapDirectory(_Asked):
    """People from LDAP or Active Directory."""

    server: str = Field(
        "",
        pattern=r"^(ldaps?://(\[[0-9a-fA-F:.]+\]|[^\[\]:/\s]+)(:\d+)?)?$",
        description="Such as ldaps://dc1.school.example. Empty: none is asked.",
    )
    security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="How the way there is encrypted; `none` sends the password in the clear."
    )
    user: str = Field("", description="The account to read with: its DN, or name@domain.")
    password: SecretStr | None = Field(
        None, description="Its password: better in the environment, or in a file of its own."
    )
    password_file: Path | None = Field(None, description="A file that holds the password alone.")
    base: str = Field("", description="Where to look, such as ou=People,dc=school,dc=example.")
    filter: str = Field("(objectClass=person)", description="Which entries are people.")
    id_attribute: str = Field(
        "", description="What never changes of an entry. Empty: objectGUID, else entryUUID."
    )
    name_attribute: str = Field("", description="The name. Empty: displayName, else cn.")
    login_attribute: str = Field("", description="The login. Empty: sAMAccountName, else uid.")
    number_attribute: str = Field(
        "", description="The school's own number. Empty: employeeID, else employeeNumber."
    )
    groups: dict[str, str] = Field(
        {}, description=GROUPS.format("a unit or a group, by its DN or its bare name")
    )

    @model_validator(mode="after")
    def _way_fits(self) -> Self:
        if self.server and not self.base:
            raise ValueError("base is needed with server: where to look for people")
        if self.server.startswith("ldaps:") != (self.security == "tls") and self.server:
            raise ValueError("ldaps:// goes with security tls, ldap:// with starttls or none")
        return self


class MicrosoftDirectory(_Asked):
    """People from Microsoft Entra ID, by Microsoft Graph."""

    tenant: str = Field("", description="The directory (tenant) id. Empty: none is asked.")
    client_id: str = Field("", description="The id of the application that reads.")
    client_secret: SecretStr | None = Field(
        None, description="Its secret: better in the environment, or in a file of its own."
    )
    client_secret_file: Path | None = Field(None, description="A file that holds the secret alone.")
    groups: dict[str, str] = Field({}, description=GROUPS.format("a group, by its object id"))
    sign_in: str = Field(
        "https://login.microsoftonline.com",
        description="Where it signs in; national clouds differ.",
    )
    address: str = Field(
        "https://graph.microsoft.com", description="Where it asks; national clouds differ."
    )


class GoogleDirectory(_Asked):
    """People from Google Workspace."""

    key_file: Path | None = Field(
        None, description="The JSON key of the service account. Empty: none is asked."
    )
    admin: str = Field("", description="The administrator in whose name it reads.")
    customer: str = Field("my_customer", description="Whose directory it is.")
    groups: dict[str, str] = Field(
        {}, description=GROUPS.format("a unit, such as /Pupils/Year 7, with those below it")
    )
    sign_in: str = Field("https://oauth2.googleapis.com/token", description="Where it signs in.")
    address: str = Field("https://admin.googleapis.com", description="Where it asks.")

    @model_validator(mode="after")
    def _in_whose_name(self) -> Self:
        if self.key_file and not self.admin:
            raise ValueError("admin is needed with key_file: in whose name it reads")
        return self

"""The place of one person at one instance."""

import re
from dataclasses import dataclass
from functools import cached_property

from contracts.instance import InstanceProfile, Person
from contracts.team_profile import QueueProfile


@dataclass(frozen=True)
class Seat:
    """Whose teams are meant, and how the PBX calls the phones of users."""

    user: str
    profile: InstanceProfile

    @cached_property
    def queues(self) -> dict[str, QueueProfile]:
        """By team_id, which is the name that the PBX has for it."""
        return {each.queue: each for each in self.profile.teams.queues}

    @property
    def interface(self) -> str:
        """The person's own phone, like PJSIP/alice."""
        return self.interface_of(self.user)

    def interface_of(self, user: str) -> str:
        return self.profile.teams.interface.replace("{user}", user)

    def user_of(self, interface: str) -> str | None:
        """None if it is the phone of no user."""
        template = re.escape(self.profile.teams.interface)
        match = re.fullmatch(template.replace(r"\{user\}", r"([A-Za-z0-9_.+-]{1,64})"), interface)
        return match[1] if match else None

    def person_of(self, user: str | None) -> Person | None:
        """Who that is, if the instance tells."""
        return self.profile.person_of(user) if user else None

"""Settings: where they may stand, which one wins, and what is refused."""

from invoicekit.config.load import load_config
from invoicekit.config.profile import CONFIG_FILE, Profile, Settings, load_profile
from invoicekit.config.veil import Veiled

__all__ = ["CONFIG_FILE", "Profile", "Settings", "Veiled", "load_config", "load_profile"]

"""Writes MLflow's settings of its login, and sets the administrator's password: MLflow takes it at its first start only."""

import os
from configparser import ConfigParser
from pathlib import Path

USER = "admin"


def main() -> None:
    """Reads DATABASE_URI, ADMIN_PASSWORD and MLFLOW_AUTH_CONFIG_PATH."""
    uri = os.environ["DATABASE_URI"]
    password = os.environ["ADMIN_PASSWORD"]
    config = ConfigParser()
    config["mlflow"] = {
        "default_permission": "READ",
        "database_uri": uri,
        "admin_username": USER,
        "admin_password": password.replace("%", "%%"),
        "authorization_function": "mlflow.server.auth:authenticate_request_basic_auth",
    }
    path = Path(os.environ["MLFLOW_AUTH_CONFIG_PATH"])
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8") as file:
        config.write(file)
    # It reads the settings as it is imported.
    from mlflow.server.auth.sqlalchemy_store import SqlAlchemyStore

    store = SqlAlchemyStore()
    store.init_db(uri)
    if store.has_user(USER):
        store.update_user(USER, password=password)
    else:
        store.create_user(USER, password, is_admin=True)


if __name__ == "__main__":
    main()

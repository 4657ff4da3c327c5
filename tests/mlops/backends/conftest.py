from tests.aws import cloud, moto_server

__all__ = ["cloud", "moto_server"]

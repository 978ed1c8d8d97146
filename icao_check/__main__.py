"""``python -m icao_check``: the same as the command ``icao-check``."""

from icao_check.cli import main

if __name__ == "__main__":  # a spawned worker imports this module too
    main()

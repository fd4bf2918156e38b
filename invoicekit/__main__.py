"""`python -m invoicekit`: the command line."""

from invoicekit.cli import main

if __name__ == "__main__":
    main()

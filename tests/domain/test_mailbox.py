"""Which texts name a mailbox, and how is its address written for servers?"""

import pytest

from domain.mailbox import Mailbox, checked_address, read_mailbox


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("cs@acme.test", Mailbox("", "cs@acme.test")),
        ("Acme CS <cs@acme.test>", Mailbox("Acme CS", "cs@acme.test")),
        ('"Acme, Inc." <cs@acme.test>', Mailbox("Acme, Inc.", "cs@acme.test")),
        ('"The \\"A\\" Team" <cs@acme.test>', Mailbox('The "A" Team', "cs@acme.test")),
        ("Ünit (EMEA) <c.s+x@acme.test>", Mailbox("Ünit (EMEA)", "c.s+x@acme.test")),
        ("Erfolg <cs@müller.test>", Mailbox("Erfolg", "cs@xn--mller-kva.test")),
        ("=?utf-8?q?M=C3=BCller?= <cs@acme.test>", Mailbox("Müller", "cs@acme.test")),
        ("onboarding@localhost", Mailbox("", "onboarding@localhost")),
        ("佐藤@aozora.test", Mailbox("", "佐藤@aozora.test")),
        # Japanese carriers gave such addresses out, and deliver to them.
        ("a..b.@docomo.test", Mailbox("", "a..b.@docomo.test")),
    ],
)
def test_one_mailbox_is_read(text: str, mailbox: Mailbox) -> None:
    """With or without a name, quoted where the name needs it."""
    assert mailbox == read_mailbox(text)


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "@x.test",
        "a@",
        "a@x..test",
        "a@.test",
        "a@größe.test",
        "a b@x.test",
        '"a,b"@x.test',
        "a@x.test, b@y.test",
        "a@b@x.test",
        "a@x.test\r\nBcc: evil@evil.test",
        "a@[127.0.0.1]",
        f"a@{'x' * 330}.test",
        f"a@{'ü' * 70}.test",
    ],
)
def test_what_could_reach_others_or_nobody_is_no_address(address: str) -> None:
    """The error does not repeat it: it may be somebody's."""
    with pytest.raises(ValueError, match=r"^is no address$"):
        checked_address(address)

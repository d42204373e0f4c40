"""Letters go out: by mail and by signed webhook, to real servers, and no stranger's text does anything there. OPS-8."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from chimera.core import tenancy
from governance.notices import saying, sending, services, signing
from governance.notices.models import Letter, Subscription
from governance.notices.states import LetterStatus
from tests.conftest import World
from tests.governance import post

HOSTILE = "{{constructor}} ');alert(1)// </script>\r\nBcc: all@example.org \u202eevil\u2066 https://evil.example/x"
# Published by the standard's authors with their libraries.
VECTOR = {
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "at": 1614265330,
    "body": '{"test": 2432232314}',
    "signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def subscribed(world: World, **more: Any) -> Subscription:
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        return services.subscribe(**{"name": "Ada", "channel": "mail", "address": "ada@example.org", **more})


def noted(key: str, sentence: str) -> None:
    with tenancy.acting("worker:test"):
        assert services.note(kind="stop", scope="fleet", sentence=sentence, key=key, link="/admin/governance/control/")


def only_letter(world: World) -> Letter:
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        return Letter.objects.get()


def test_a_signature_is_what_the_standard_says() -> None:
    at = datetime.fromtimestamp(VECTOR["at"], UTC)  # type: ignore[arg-type]
    found = signing.headers(by=[VECTOR["secret"]], message_id=VECTOR["id"], at=at, body=VECTOR["body"])  # type: ignore[list-item, arg-type]
    assert found["webhook-signature"] == VECTOR["signature"]
    assert (found["webhook-id"], found["webhook-timestamp"]) == (VECTOR["id"], str(VECTOR["at"]))


@pytest.mark.spec("OPS-8")
def test_a_mail_is_plain_text_and_a_strangers_words_are_marked(world: World, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS, settings.DESK_URL = False, "https://desk.example"
    subscribed(world)
    for n in range(9):
        noted(f"stop:{n}", f"Plaza said {saying.outside(HOSTILE)}.")
    with post.mail_server() as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        assert sending.carry() == 1
    (mail,) = box.mails
    text = mail.get_content()
    assert mail.get_content_type() == "text/plain" and mail["Bcc"] is None
    subject = mail["Subject"].strip()
    assert subject.startswith("[Chimera] Plaza said") and subject.endswith("(and 8 more)")
    assert "(outside text) “{{constructor}} ');alert(1)// </script> Bcc: all@example.org" in text
    assert (
        "https://evil" not in text and "\u202e" not in text and "https://desk.example/admin/governance/control/" in text
    )
    assert "And 4 more of the same kind" in text
    letter = only_letter(world)
    assert letter.status == LetterStatus.SENT and mail["Message-ID"].startswith(f"<{letter.message_id}@")


def test_a_refused_recipient_is_given_up_and_an_absent_server_is_tried_again(world: World, settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_USE_TLS = "django.core.mail.backends.smtp.EmailBackend", False
    subscribed(world)
    noted("stop:1", "It stands still.")
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody is there
    assert sending.carry() == 1
    letter = only_letter(world)
    assert (letter.status, letter.attempts) == (LetterStatus.PENDING, 1) and "could not be handed over" in letter.note
    world.later("1 minute")
    with post.mail_server() as box:
        settings.EMAIL_PORT, box.refuses = box.port, "550 no such user"
        assert sending.carry() == 1
    assert only_letter(world).status == LetterStatus.GIVEN_UP and not box.mails


def test_without_a_mail_server_a_mail_is_a_file_and_that_is_said(world: World, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_FILE_PATH = "", str(tmp_path)
    subscribed(world)
    noted("stop:1", "It stands still.")
    assert sending.carry() == 1
    (kept,) = tmp_path.iterdir()
    assert "It stands still." in kept.read_text()
    letter = only_letter(world)
    assert letter.status == LetterStatus.SENT and "No EMAIL_HOST is set" in letter.note
    assert "No mail leaves this machine" in sending.where_mail_goes()


@pytest.mark.spec("OPS-8")
def test_a_webhook_is_signed_by_both_secrets_while_they_change(world: World, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_ALLOWED = True
    with post.webhook() as hook:
        hook.answers = [(503, {"retry-after": "120"}), (200, {})]
        one = subscribed(world, channel="webhook", address=hook.url)
        former = signing.current(subscription=one)
        with world.role("operator"), tenancy.all_brands(actor="user:ada"):
            services.rotate_secret(subscription=one)
        fresh = signing.current(subscription=one)
        noted("stop:1", f"Plaza said {saying.outside(HOSTILE)}.")
        assert sending.carry() == 1
        assert "HTTP 503" in only_letter(world).note
        world.later("1 minute")
        assert sending.carry() == 0  # the receiver asked for two
        world.later("2 minutes")
        assert sending.carry() == 1
    (first, body), (second, again) = hook.calls
    assert first["webhook-id"] == second["webhook-id"] and body == again
    assert former != fresh
    for secret in (former, fresh):
        assert Webhook(secret).verify(body, first)["type"] == "notice.stop"
    with pytest.raises(WebhookVerificationError):
        Webhook(former).verify(body + b" ", first)
    told = json.loads(body)
    assert told["data"]["count"] == 1 and told["data"]["notices"][0]["sentence"].startswith("Plaza said (outside text)")
    assert only_letter(world).status == LetterStatus.SENT


def test_a_webhook_that_is_gone_or_inside_is_given_up_at_once(world: World, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_ALLOWED = True
    with post.webhook() as hook:
        hook.answers = [(410, {}), (302, {"location": "http://127.0.0.1:1/"})]
        subscribed(world, channel="webhook", address=hook.url)
        noted("stop:1", "It stands still.")
        sending.carry()
        assert only_letter(world).status == LetterStatus.GIVEN_UP
        given_up = only_letter(world)
        with world.role("operator"), tenancy.all_brands(actor="user:ada"):
            services.retry(letter=given_up)
        sending.carry()
        assert "HTTP 302" in only_letter(world).note and len(hook.calls) == 2  # a signed body is sent nowhere else
        settings.WEBHOOK_PRIVATE_ALLOWED = False
        world.later("1 minute")
        sending.carry()
        letter = only_letter(world)
        assert letter.status == LetterStatus.GIVEN_UP and "not a public address" in letter.note
        assert len(hook.calls) == 2


def test_whoever_is_told_no_more_gets_nothing(world: World) -> None:
    one = subscribed(world)
    noted("stop:1", "It stands still.")
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        services.end(subscription=one)
    sending.carry()
    assert "subscription has ended" in only_letter(world).note

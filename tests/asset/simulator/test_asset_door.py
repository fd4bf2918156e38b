"""The simulator's door: tokens, two allowances, headers, pages, error shapes."""

import pytest
from asset_wire import FORM, asset, exact


@pytest.mark.parametrize(
    ("expiry", "expected"), [("instant", 1_700_000_000), ("duration", 600), ("absent", None)]
)
async def test_a_token_tells_its_end_in_three_ways(expiry: str, expected: int | None) -> None:
    """As an instant, as a duration, or not at all."""
    async with asset(behaviour={"expiry": expiry}) as line:
        told = (await line.token(expires_in="600")).json().get("expires_in")

        if expiry == "instant":
            assert told == int(line.clock.now().timestamp()) + 600
        else:
            assert told == expected


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"client_secret": "x"}, 401),
        ({"client_id": "x"}, 401),
        ({"grant_type": "password"}, 422),
        ({"business_id": "biz_none"}, 403),
        ({"expires_in": "soon"}, 422),
    ],
)
async def test_a_token_needs_the_right_form(change: dict[str, str], status: int) -> None:
    """Each fault by its own status."""
    async with asset() as line:
        assert (await line.token(**change)).status == status


async def test_a_token_ends() -> None:
    """By the clock, at once when told, and only a bearer's is one."""
    async with asset(behaviour={"longest_token_seconds": 60}) as line:
        assert (await line.send("GET", "/invoice")).status == 200
        await line.clock.advance(60.0)
        assert (await line.send("GET", "/invoice")).status == 401

        line.headers["Authorization"] = "Basic x"
        assert (await line.send("GET", "/invoice")).status == 401


async def test_a_token_reaches_its_business_alone() -> None:
    """Another one is forbidden, whatever the path says."""
    async with asset() as line:
        line.simulator.add_business("biz_2")
        reply = (await line.token(business_id="biz_2")).json()
        line.headers["Authorization"] = f"Bearer {reply['access_token']}"

        assert (await line.send("GET", "/invoice")).status == 403


@pytest.mark.parametrize("which", ["rate", "tenant_rate"])
async def test_either_allowance_refuses_in_words_without_a_header(which: str) -> None:
    """The body is text; neither Retry-After nor the x-ratelimit three."""
    rates = {"rate": "none", "tenant_rate": "none", which: "3/min:window"}
    async with asset(rate=rates["rate"], tenant_rate=rates["tenant_rate"]) as line:
        replies = [await line.send("GET", "/invoice") for _ in range(5)]

        refused = [reply for reply in replies if reply.status == 429]
        assert refused
        assert {reply.status for reply in replies} == {200, 429}
        for reply in refused:
            assert reply.body.startswith(b"Rate limit exceeded")
            assert not [name for name in reply.headers if "ratelimit" in name.lower()]
            assert "Retry-After" not in reply.headers


async def test_the_tenant_is_charged_even_where_the_business_refuses() -> None:
    """The first of two limits is used up by requests that the second turns away."""
    async with asset(rate="2/min:window", tenant_rate="100/min:window") as line:
        for _ in range(5):
            last = await line.send("GET", "/invoice")
        line.simulator.add_business("biz_2")
        other = await line.wire.send("GET", "/v0/business/biz_2/invoice", headers=line.headers)

        assert last.status == 429
        assert other.headers["x-ratelimit-remaining"] == str(100 - 1 - 5 - 1)


async def test_every_success_carries_the_headers() -> None:
    """A fractional reset, and a Retry-After that means nothing; a refusal has no Retry-After."""
    async with asset(tenant_rate="300/min:window") as line:
        good = await line.send("GET", "/invoice")
        bad = await line.send("GET", "/invoice/inv_none")

        assert good.headers["Retry-After"] == "60"
        assert good.headers["x-ratelimit-limit"] == "300"
        assert float(good.headers["x-ratelimit-reset"]) > line.clock.now().timestamp()
        assert "." in good.headers["x-ratelimit-reset"]
        assert (bad.status, "Retry-After" in bad.headers) == (404, False)


@pytest.mark.parametrize("envelope", ["reference", "guide"])
async def test_pages_are_cut_by_token(envelope: str) -> None:
    """To the end and back, in either envelope."""
    async with asset(behaviour={"envelope": envelope}) as line:
        for _ in range(4):
            line.simulator.home.add_invoice("1")

        sizes, token = [], ""
        while True:
            page = exact(await line.send("GET", f"/invoice?page_size=2{token}"))
            tokens = page["pagination"] if envelope == "reference" else page
            sizes.append(len(page["data" if envelope == "reference" else "records"]))
            if tokens["next_page_token"] is None:
                break
            token = f"&page_token={tokens['next_page_token']}"

        assert sizes == [2, 2, 1]
        assert tokens["previous_page_token"] is not None


@pytest.mark.parametrize("query", ["page_size=0", "page_size=101", "page_size=x", "page_token=zz"])
async def test_a_page_that_cannot_be_is_refused(query: str) -> None:
    """With the parameter's place."""
    async with asset() as line:
        reply = await line.send("GET", f"/invoice?{query}")

        assert (reply.status, reply.json()["detail"][0]["loc"][0]) == (422, "query")


@pytest.mark.parametrize(("shape", "member"), [("detail", "detail"), ("error", "error"), ("message", "code")])
async def test_an_error_has_one_of_three_shapes(shape: str, member: str) -> None:
    """Its fields are on no page."""
    async with asset(behaviour={"error_shape": shape}) as line:
        reply = await line.send("GET", "/invoice/inv_none")

        assert member in reply.json()


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"status":"odd"}',
        b'{"status":1}',
        b'{"line_changes":{"create_lines":[{"amount":1}]}}',
        b'{"tags":"x"}',
        b"[]",
        b'{"line_changes":{"create_lines":[{"description":"x","ledger_id":"l","amount":NaN}]}}',
    ],
)
async def test_a_malformed_body_changes_nothing(body: bytes) -> None:
    """Refused with the place of the fault."""
    async with asset() as line:
        path = f"/v0/business/{line.simulator.home.business_id}/invoice/{line.invoice.id}"
        headers = {**line.headers, "Content-Type": "application/json"}

        reply = await line.wire.send("PATCH", path, body, headers=headers)
        as_form = await line.wire.send("PATCH", path, body, headers={**line.headers, **FORM})

        assert (reply.status, as_form.status) == (422, 422)
        assert isinstance(reply.json()["detail"], list)
        assert line.invoice.actors == []


async def test_a_wrong_verb_and_a_wrong_path_are_told_apart() -> None:
    """405 with what is allowed, 404 without."""
    async with asset() as line:
        wrong_verb = await line.send("DELETE", f"/invoice/{line.invoice.id}")
        wrong_path = await line.send("GET", "/nothing")

        assert (wrong_verb.status, wrong_verb.headers["Allow"]) == (405, "GET, PATCH")
        assert wrong_path.status == 404

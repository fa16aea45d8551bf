"""What Vesting must do: how much is earned at every second, who gets it, and that not one unit is lost or made.

What is left open stays open: the other errors, whether `release` reverts or does nothing where nothing is due, and
whether `revoke` does where all is earned. Each check deploys the submission by the owner, with terms of the learner's
own.
"""

from contextlib import suppress

from evmbox.checks import CheckFailed, Reverted, check, emits, expect_equal, reverts

RELEASED, REVOKED = "Released(uint256)", "Revoked(uint256)"
DAY = 24 * 60 * 60


class Plan:
    """A vesting with the token it holds, and the terms that it was given."""

    def __init__(self, chain, contract, coin="Coin", who=None, *, total=None, cliff=None):
        self.chain = chain
        self.who = who or chain.bob
        self.total = chain.number("total", 10**6, 10**7) * 2 + 1 if total is None else total
        self.start = chain.now + chain.number("start", 2, 20) * DAY
        self.duration = chain.number("days", 200, 900) * DAY + chain.number("seconds", 1, 1000)
        self.cliff = chain.number("cliff", 20, 90) * DAY if cliff is None else cliff
        self.end = self.start + self.duration
        self.token = chain.deploy(coin, called="the token")
        terms = (self.token, self.who, self.total, self.start, self.cliff, self.duration)
        self.vesting = chain.deploy(contract.artifact, *terms, called="a vesting with these terms")
        self.token.make(self.vesting, self.total)

    def earned(self, time):
        """Give how many units are earned at a time."""
        if time < self.start + self.cliff:
            return 0
        return self.total if time >= self.end else self.total * (time - self.start) // self.duration

    def at(self, time):
        """Move the clock, and compare what is earned."""
        self.chain.warp(time)
        expect_equal(self.vesting.call("vested()"), self.earned(time), f"`vested()` {self.said(time)}")

    def said(self, time):
        passed = time - self.start
        return f"{passed} s after the start (cliff {self.cliff} s, duration {self.duration} s)"

    def has(self, account):
        return self.token.balanceOf(account)

    def may_release(self, sender="erin"):
        """Release, where it may be that nothing is due."""
        try:
            self.vesting.release(sender=sender)
        except Reverted:
            return


@check(
    "Nothing is earned before the cliff", task=1, points=2, hint="Before start + cliff: 0. In that very second: not."
)
def nothing_before_the_cliff(chain, contract):
    plan = Plan(chain, contract)
    for time in (plan.start - 5, plan.start, plan.start + 1, plan.start + plan.cliff - 1):
        plan.at(time)
    plan.at(plan.start + plan.cliff)


@check("From the cliff on, the share is that of the time", task=1, points=2, hint="Multiply first, then divide.")
def the_share_of_the_time(chain, contract):
    plan = Plan(chain, contract)
    rest = plan.duration - plan.cliff
    for part in range(1, 9):
        plan.at(plan.start + plan.cliff + rest * part // 10 + chain.number(f"part {part}", 0, 5000))
    plan = Plan(chain, contract, cliff=0)
    plan.at(plan.start - 1)
    for seconds in (0, 1, 2, 60):
        plan.at(plan.start + seconds)


@check("At the end all is earned", task=1, points=2, hint="In the second start + duration, and ever after: total.")
def all_at_the_end(chain, contract):
    promises = {each["stateMutability"] for each in contract.abi if each.get("name") == "vested"}
    assert promises <= {"view", "pure"}, "`vested()` should be marked `view`."
    plan = Plan(chain, contract)
    for time in (plan.end - 1, plan.end, plan.end + 1, plan.end + 1000 * DAY):
        plan.at(time)


@check("Amounts of every size work", task=1, hint="uint256 for amounts; a smaller type overflows.")
def every_size(chain, contract):
    for total in (1, 2**128 + chain.number("large", 1, 2**64)):
        plan = Plan(chain, contract, total=total)
        for time in (plan.start + plan.cliff, plan.start + plan.duration // 2, plan.end - 1, plan.end):
            plan.at(time)


@check("release() pays the beneficiary what is due", task=2, points=2, hint="What is earned less what was sent.")
def release_pays(chain, contract):
    plan = Plan(chain, contract)
    plan.may_release()
    expect_equal(plan.has(chain.bob), 0, "what the beneficiary has before the cliff")
    for time in (plan.start + plan.cliff, plan.start + plan.duration // 2, plan.end + 5):
        chain.warp(time)
        plan.vesting.release(sender=chain.erin)
        due = plan.earned(time)
        expect_equal(plan.has(chain.bob), due, f"what the beneficiary has {plan.said(time)}")
        expect_equal(plan.vesting.call("released()"), due, "`released()`")
        expect_equal(plan.has(plan.vesting), plan.total - due, "what the contract has left")
    plan.may_release()
    expect_equal(plan.has(chain.bob), plan.total, "what the beneficiary has in the end")
    expect_equal(plan.has(chain.erin), 0, "what Erin has, who only called")


@check("Often or seldom, the sum is the same", task=2, points=2, hint="Compute from the whole, not from the last time.")
def often_or_seldom(chain, contract):
    plan = Plan(chain, contract, total=chain.number("few", 40, 90) * 2 + 1)
    chain.warp(plan.start + plan.cliff)
    for turn in range(12):
        chain.wait(chain.number(f"wait {turn}", 1, plan.duration // 20))
        now = chain.now
        plan.may_release()
        expect_equal(plan.has(chain.bob), plan.earned(now), f"what was sent after {turn + 1} times, {plan.said(now)}")
    chain.warp(plan.end)
    plan.may_release()
    expect_equal(plan.has(chain.bob), plan.total, "what the beneficiary has in the end")


@check("release() emits Released", task=2, hint="The amount of this time, once.")
def release_is_announced(chain, contract):
    plan = Plan(chain, contract)
    sent = 0
    for time in (plan.start + plan.cliff, plan.end):
        chain.warp(time)
        with emits(plan.vesting, RELEASED), emits(plan.vesting, RELEASED, plan.earned(time) - sent):
            plan.vesting.release(sender=chain.bob)
        sent = plan.earned(time)


@check("Nobody is paid twice by calling in the middle", task=2, points=2, hint="Write it down before you send.")
def nothing_twice_in_between(chain, contract):
    greedy = chain.deploy("Greedy", called="a greedy beneficiary")
    plan = Plan(chain, contract, "TellingCoin", greedy)
    greedy.prepare(plan.vesting, bytes.fromhex("86d1a69f"))
    chain.warp(plan.start + plan.cliff + 1)
    due = plan.earned(chain.now)
    plan.may_release()
    assert plan.has(greedy) in {0, due}, (
        "A beneficiary that calls `release` again while it is paid got more than is due."
    )


@check("revoke() gives the owner what is not earned", task=3, points=2, hint="total less vested(), before you stop it.")
def revoke_gives_back(chain, contract):
    for cliff, when in ((None, 0), (None, 2), (0, 3)):
        plan = Plan(chain, contract, cliff=cliff)
        time = plan.start + when * plan.duration // 4 + chain.number(f"when {when}", 1, 1000)
        chain.warp(time)
        if when == 2:
            plan.vesting.release(sender=chain.bob)
        sent, now = plan.has(chain.bob), chain.now
        refund = plan.total - plan.earned(now)
        with emits(plan.vesting, REVOKED), emits(plan.vesting, REVOKED, refund):
            plan.vesting.revoke(sender=chain.owner)
        expect_equal(plan.has(chain.owner), refund, f"what the owner got back {plan.said(now)}")
        expect_equal(plan.has(chain.bob), sent, "what the beneficiary has")
        expect_equal(plan.has(plan.vesting), plan.earned(now) - sent, "what the contract keeps for the beneficiary")


@check("What was earned stays earned", task=3, points=2, hint="After revoke, vested() stands still.")
def what_is_earned_stays(chain, contract):
    plan = Plan(chain, contract)
    chain.warp(plan.start + plan.duration // 2)
    earned = plan.earned(chain.now)
    plan.vesting.revoke(sender=chain.owner)
    for time in (chain.now, chain.now + 50 * DAY, plan.end + 1):
        chain.warp(time)
        expect_equal(plan.vesting.call("vested()"), earned, "`vested()` after it was revoked")
    plan.vesting.release(sender=chain.erin)
    expect_equal(plan.has(chain.bob), earned, "what the beneficiary got after it was revoked")
    expect_equal(plan.has(plan.vesting), 0, "what is left in the contract in the end")
    early = Plan(chain, contract)
    early.vesting.revoke(sender=chain.owner)
    chain.warp(early.end)
    expect_equal(early.vesting.call("vested()"), 0, "`vested()` where it was revoked before the start")
    late = Plan(chain, contract)
    chain.warp(late.end)
    with suppress(Reverted):
        late.vesting.revoke(sender=chain.owner)
    late.vesting.release(sender=chain.bob)
    expect_equal(late.has(chain.bob), late.total, "what the beneficiary got where all was earned before")


@check("Only the owner revokes, and once", task=3, points=2, hint="NotOwner names who called.")
def only_the_owner_revokes(chain, contract):
    plan = Plan(chain, contract)
    messenger = chain.deploy("Messenger", called="a messenger")
    for time in (plan.start - 1, plan.start + plan.duration // 2):
        chain.warp(time)
        for stranger in (chain.bob, chain.erin):
            with reverts("NotOwner", stranger):
                plan.vesting.revoke(sender=stranger)
        with reverts("NotOwner", messenger):
            messenger.revoke(plan.vesting, sender=chain.owner)
    plan.vesting.revoke(sender=chain.owner)
    back = plan.has(chain.owner)
    chain.wait(5 * DAY)
    with reverts():
        plan.vesting.revoke(sender=chain.owner)
    expect_equal(plan.has(chain.owner), back, "what the owner has after the second try")


def refused(what, action):
    try:
        action()
    except Reverted:
        return
    raise CheckFailed(f"{what} should revert where the token answers false, but it succeeded.")


@check(
    "Where the token answers false, nothing counts as sent", task=4, points=2, hint="safeTransfer looks at the answer."
)
def false_is_no_payment(chain, contract):
    plan = Plan(chain, contract, "FalseCoin")
    chain.warp(plan.start + plan.duration // 2)
    plan.token.close(True)
    refused("`release`", lambda: plan.vesting.release(sender=chain.bob))
    refused("`revoke`", lambda: plan.vesting.revoke(sender=chain.owner))
    plan.token.close(False)
    chain.warp(plan.end)
    plan.vesting.release(sender=chain.bob)
    expect_equal(plan.has(chain.bob), plan.total, "what the beneficiary has once the token works again")


@check("A token that answers nothing is as good", task=4, hint="safeTransfer takes that, IERC20's transfer does not.")
def nothing_is_an_answer(chain, contract):
    plan = Plan(chain, contract, "MuteCoin")
    chain.warp(plan.start + plan.duration // 2)
    due = plan.earned(chain.now)
    plan.vesting.release(sender=chain.bob)
    expect_equal(plan.has(chain.bob), due, "what the beneficiary got")
    left = plan.total - plan.earned(chain.now)
    plan.vesting.revoke(sender=chain.owner)
    expect_equal(plan.has(chain.owner), left, "what the owner got back")

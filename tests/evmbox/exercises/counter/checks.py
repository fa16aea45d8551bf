from evmbox.checks import check, expect_equal, given, integers, reverts


@check("The counter begins at zero", task=1)
def begins_at_zero(chain, contract):
    expect_equal(contract.count(), 0, "count()")


@check("increment() adds one each time", task=1, points=2, hint="What does `+=` do?")
def increments(chain, contract):
    times = 1 + chain.seed % 5
    for _ in range(times):
        contract.increment(sender=chain.bob)
    expect_equal(contract.count(), times, f"count() after {times} increments")


@check("decrement() takes one away", task=2, points=2)
def decrements(chain, contract):
    contract.increment()
    contract.increment()
    contract.decrement(sender=chain.carol)
    expect_equal(contract.count(), 1, "count() after two increments and one decrement")


@check("decrement() refuses to go below zero", task=3, points=3, hint="Compare before you subtract.")
def stops_at_zero(chain, contract):
    with reverts("BelowZero"):
        contract.decrement()


@check("The count is the ups less the downs", task=2, points=2)
@given(ups=integers(0, 2), downs=integers(0, 1))
def counts_any_way(chain, contract, ups, downs):
    for _ in range(ups + downs):
        contract.increment()
    for _ in range(downs):
        contract.decrement()
    expect_equal(contract.count(), ups, "count()")

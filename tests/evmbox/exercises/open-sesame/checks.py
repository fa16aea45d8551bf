from evmbox.checks import check


@check("It does not revert", task=1, points=2, hint="CALLVALUE and the first word of calldata are compared.")
def does_not_revert(chain, contract):
    contract.attempt(sender=chain.bob)

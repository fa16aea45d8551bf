{
    if or(lt(calldatasize(), 68), sub(shr(224, calldataload(0)), 0x6d5433e6)) { revert(0, 0) }
    let a := calldataload(4)
    let b := calldataload(36)
    if sgt(a, b) { b := a }
    mstore(0, b)
    return(0, 32)
}

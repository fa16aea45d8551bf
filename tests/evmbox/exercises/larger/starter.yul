{
    revert(0, 0)
}

export function createExplorer() {}

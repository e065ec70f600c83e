/** Whether a conditional update matched its one row. */
export function changed(result: { readonly numUpdatedRows: bigint }): boolean {
  return result.numUpdatedRows === 1n
}

/** The same for a compiled one. */
export function changedOne({ numAffectedRows }: { readonly numAffectedRows?: bigint }): boolean {
  return numAffectedRows === 1n
}

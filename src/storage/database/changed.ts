/** Whether a conditional update matched its one row. */
export function changed(result: { readonly numUpdatedRows: bigint }): boolean {
  return result.numUpdatedRows === 1n
}

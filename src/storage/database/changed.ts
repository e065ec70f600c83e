/** Whether a conditional write found its one row as expected. */
export function changed(result: { readonly numUpdatedRows: bigint }): boolean {
  return result.numUpdatedRows === 1n
}

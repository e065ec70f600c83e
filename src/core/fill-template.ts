/** Fills each `{NAME}` in one pass, so that a placeholder inside a value is not replaced. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{([A-Z_]+)\}/g, (place, name: string) => values[name] ?? place)
}

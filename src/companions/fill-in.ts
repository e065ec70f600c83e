/** Replaces each `{NAME}` of a prompt once, so that no inserted text is taken for one. */
export function fillIn(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{([A-Z]+)\}/g, (place, name: string) => values[name] ?? place).trim()
}

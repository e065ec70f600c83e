/** The part of WebAssembly that the sandboxes use; the types of Node do not declare it as values. */
interface WebAssemblyHost {
  readonly Module: new (bytes: Uint8Array) => WebAssembly.Module
  readonly Memory: { readonly prototype: GrowingMemory }
  instantiate(bytes: unknown, imports?: WasmImports): Promise<Instantiated>
}

export interface GrowingMemory {
  readonly buffer: ArrayBufferLike
  grow(pages: number): number
}

export type WasmImports = Record<string, Record<string, unknown> | undefined>

export interface Instantiated {
  /** Absent if a module was given instead of bytes: then this is the instance. */
  readonly instance?: Instance
  readonly exports?: Instance['exports']
}

interface Instance {
  readonly exports: Readonly<Record<string, unknown>>
}

export const PAGE_BYTES = 65_536

export function webAssembly(): WebAssemblyHost {
  const host = globalThis as { readonly WebAssembly?: WebAssemblyHost }
  if (!host.WebAssembly) throw new Error('this Node has no WebAssembly')
  return host.WebAssembly
}

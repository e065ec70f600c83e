import { type GrowingMemory, PAGE_BYTES, type WasmImports, webAssembly } from '../web-assembly.ts'
import { MEMORY_BYTES } from './limits.ts'

/**
 * Functions of ours that the interpreter may call once it is sealed: clocks, random numbers, and files in memory. It
 * imports some 270; normal programs need 14 of them. Anything else is a way out, or of no use here.
 */
const ALLOWED: ReadonlySet<string> = new Set(
  `_PyEM_TrampolineCall_JS clock_time_get clock_res_get random_get emscripten_date_now emscripten_get_now
  _localtime_js _gmtime_js _mktime_js _timegm_js emscripten_resize_heap emscripten_get_heap_max
  fd_read fd_write fd_close fd_seek fd_sync fd_pread fd_pwrite fd_fdstat_get
  __syscall_openat __syscall_fstat64 __syscall_stat64 __syscall_lstat64 __syscall_newfstatat __syscall_getdents64
  __syscall_getcwd __syscall_chdir __syscall_unlinkat __syscall_rmdir __syscall_mkdirat __syscall_renameat
  __syscall_faccessat __syscall_ftruncate64 __syscall_ioctl __syscall_fcntl64 __syscall_readlinkat __syscall_dup
  __syscall_getuid32_js __syscall_umask_js Jsv_GetError_import JsvError_Check`.split(/\s+/),
)
/** These may fail: Python raises an OSError. Others throw, which ends the interpreter. */
const MAY_FAIL = /^__syscall_|^fd_|^_emscripten_system$|^getaddrinfo$/
/** WASI's "no such function", negative as system calls return it. */
const ENOSYS = -52

export interface Seal {
  close(): void
  open(): void
  /** Name of the refused function that ended the interpreter. */
  readonly broken: string | undefined
  /** Exports of the interpreter. */
  readonly exports: Readonly<Record<string, unknown>>
}

/** Call before the interpreter is loaded: wraps what it will import, and limits its memory. */
export function installSeal(): Seal {
  let isSealed = false
  let broken: string | undefined
  let exports: Readonly<Record<string, unknown>> = {}
  const host = webAssembly()
  limitMemory(host.Memory.prototype)

  function guard(name: string, original: (...args: unknown[]) => unknown) {
    const guarded = (...args: unknown[]) => {
      if (!isSealed) return original(...args)
      if (MAY_FAIL.test(name)) return ENOSYS
      broken = name
      throw new Error(`not allowed in a tool: ${name}`)
    }
    return Object.assign(guarded, original)
  }

  const instantiate = host.instantiate
  // Where WebAssembly knows exception references (Node 24 and newer), Pyodide also loads a module that imports nothing.
  host.instantiate = async (bytes: unknown, imports?: WasmImports) => {
    for (const module of ['env', 'wasi_snapshot_preview1']) {
      const own = imports?.[module] ?? {}
      for (const [name, value] of Object.entries(own)) {
        if (!isFunction(value) || ALLOWED.has(name)) continue
        own[name] = guard(name, value)
      }
    }
    const made = await instantiate.call(host, bytes, imports)
    const found = made.instance?.exports ?? made.exports ?? {}
    if ('PyRun_SimpleString' in found) exports = found
    return made
  }

  return {
    close() {
      broken = undefined
      isSealed = true
    },
    open() {
      isSealed = false
    },
    get broken() {
      return broken
    },
    get exports() {
      return exports
    },
  }
}

function limitMemory(memory: GrowingMemory): void {
  const grow = memory.grow
  memory.grow = function (this: GrowingMemory, pages: number) {
    if (this.buffer.byteLength + pages * PAGE_BYTES > MEMORY_BYTES) {
      throw new RangeError('the memory of a tool is limited')
    }
    return grow.call(this, pages)
  }
}

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function'
}

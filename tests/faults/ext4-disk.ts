/**
 * A disk for one data directory: ext4 in a file on a loop device, whose power can be cut. The cut is ext4's own shutdown
 * (EXT4_IOC_SHUTDOWN without a flush of its log, as xfstests cuts power): from that instant nothing reaches the device any
 * more, and what was only in memory is gone after the next mount, which recovers ext4's log. Stricter than a default mount:
 * the log commits for nobody but an fsync, and a file that takes another's place is not written early (noauto_da_alloc).
 * What it does not do: lose or reorder what a disk took without a flush, or lie about one.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, delimiter, join } from 'node:path'

const OPTIONS = 'loop,noauto_da_alloc,commit=600,errors=remount-ro'
const SYSTEM_PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter)
/** The last of a disk is filled by writing: what others have reserved is not told. */
const ROOM_TO_WRITE = 2_097_152
/** Bytes: when so many do not fit any more, fewer may. */
const FILLED_AT_ONCE = [16_384, 4_096, 1_024]
/** _IOR('X', 125, __u32), and EXT4_GOING_FLAGS_NOLOGFLUSH. Node has no ioctl; perl is on every Debian. */
const SHUT_DOWN = 'open(my $d, "<", $ARGV[0]) or die $!; my $f = pack("L", 2); ioctl($d, 0x8004587d, $f) or die $!'

export class Ext4Disk {
  /** Where it is mounted. */
  readonly path: string
  readonly #image: string
  readonly #filler: string
  readonly #atExit = () => {
    if (this.#frozen) this.thaw()
    this.#unmount('--lazy')
  }
  #frozen = false

  private constructor(path: string, image: string) {
    this.path = path
    this.#image = image
    this.#filler = join(path, 'filler')
    process.on('exit', this.#atExit)
  }

  /** An image in `directory`, mounted at `path`. */
  static create(directory: string, mebibytes: number, path = join(directory, 'disk')): Ext4Disk {
    const image = join(directory, `${basename(path)}.ext4`)
    mkdirSync(path, { recursive: true })
    writeFileSync(image, '')
    truncateSync(image, mebibytes * 1024 * 1024)
    // nothing is kept back for root, whom the tests run as
    run('mkfs.ext4', ['-q', '-F', '-m', '0', image])
    const disk = new Ext4Disk(path, image)
    disk.#mount()
    return disk
  }

  /** Processes go on, and are told of an error at every write. */
  cutPower(): void {
    run('perl', ['-e', SHUT_DOWN, this.path])
  }

  /** What is on the disk after a cut, once nobody uses it any more. */
  restore(): void {
    this.#unmount()
    this.#mount()
  }

  /** Takes all that is free, then gives so many bytes back. */
  fill(left: number): void {
    const file = openSync(this.#filler, 'w')
    try {
      const { bavail, bsize } = statfsSync(this.path)
      spawnSync('fallocate', ['-l', String(Math.max(1, bavail * bsize - ROOM_TO_WRITE)), this.#filler])
      // what was put aside for it and not needed, or deleted, is free a little later
      for (let idle = 0; idle < 2; ) {
        const { size } = fstatSync(file)
        for (const bytes of FILLED_AT_ONCE) while (wroteAtEnd(file, Buffer.alloc(bytes)));
        idle = fstatSync(file).size > size ? 0 : idle + 1
        execFileSync('sync', ['-f', this.path])
      }
      if (left > 0) ftruncateSync(file, Math.max(0, fstatSync(file).size - left))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }

  empty(): void {
    rmSync(this.#filler, { force: true })
  }

  /** Everything that writes waits until `thaw`. */
  freeze(): void {
    run('fsfreeze', ['-f', this.path])
    this.#frozen = true
  }

  thaw(): void {
    run('fsfreeze', ['-u', this.path])
    this.#frozen = false
  }

  /** As the kernel does when it meets an error on the disk: an administrator cannot while files are open. */
  turnReadOnly(): void {
    const device = run('findmnt', ['-n', '-o', 'SOURCE', this.path]).trim()
    writeFileSync(join('/sys/fs/ext4', basename(device), 'trigger_fs_error'), 'fault run')
  }

  /** Checked and mounted again, once nobody uses it any more; `inside` are disks mounted on it. */
  repair(inside: readonly Ext4Disk[]): void {
    for (const disk of inside) disk.#unmount()
    this.#unmount()
    try {
      run('e2fsck', ['-p', '-f', this.#image])
    } catch (error) {
      // 1: errors were there and are mended
      if (!(error instanceof Error && 'status' in error && error.status === 1)) throw error
    }
    this.#mount()
    for (const disk of inside) disk.#mount()
  }

  /** Whoever still uses it keeps it until he ends. */
  discard(): void {
    process.off('exit', this.#atExit)
    this.#atExit()
    rmSync(this.#image, { force: true })
  }

  #mount(): void {
    run('mount', ['-o', OPTIONS, this.#image, this.path])
  }

  #unmount(...how: string[]): void {
    if (readFileSync('/proc/self/mounts', 'utf8').includes(` ${this.path} `)) run('umount', [...how, this.path])
  }
}

/** A tool of the system, found where administrators have it even when the PATH of who runs the tests has not. */
function run(tool: string, words: readonly string[]): string {
  return execFileSync(tool, words, { encoding: 'utf8', env: { ...process.env, PATH: SYSTEM_PATH } })
}

function wroteAtEnd(file: number, bytes: Buffer): boolean {
  try {
    return writeSync(file, bytes, 0, bytes.length, fstatSync(file).size) > 0
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false
    throw error
  }
}

/** Whether disks can be made here. Says loudly what is skipped where they cannot; under CI=true it throws. */
export function requireDisks(): boolean {
  const able = process.getuid?.() === 0 && existsSync('/dev/loop-control') && existsSync('/sbin/mkfs.ext4')
  if (able) return true
  const message = 'disks of our own need Linux, root, /dev/loop-control and mkfs.ext4 (apt-get install e2fsprogs)'
  if (process.env.CI === 'true') throw new Error(`${message} (CI=true: not skipped)`)
  console.warn(`\n  SKIPPED  ${message}\n`)
  return false
}

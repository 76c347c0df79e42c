/**
 * A disk for one data directory: ext4 in a file on a loop device, whose power can be cut. The cut is ext4's own shutdown
 * (EXT4_IOC_SHUTDOWN without a flush of its log, as xfstests cuts power): from that instant nothing reaches the device any
 * more, and what was only in memory is gone after the next mount, which recovers ext4's log. Stricter than a default mount:
 * the log commits for nobody but an fsync, and a file that takes another's place is not written early (noauto_da_alloc).
 * What it does not do: lose or reorder what a disk took without a flush, or lie about one.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const OPTIONS = 'loop,noauto_da_alloc,commit=600'
/** _IOR('X', 125, __u32), and EXT4_GOING_FLAGS_NOLOGFLUSH. Node has no ioctl; perl is on every Debian. */
const SHUT_DOWN = 'open(my $d, "<", $ARGV[0]) or die $!; my $f = pack("L", 2); ioctl($d, 0x8004587d, $f) or die $!'

export class Ext4Disk {
  /** Where it is mounted. */
  readonly path: string
  readonly #image: string
  readonly #atExit = () => this.#unmount('--lazy')

  private constructor(path: string, image: string) {
    this.path = path
    this.#image = image
    process.on('exit', this.#atExit)
  }

  static create(directory: string, mebibytes: number): Ext4Disk {
    const image = join(directory, 'disk.ext4')
    const path = join(directory, 'disk')
    mkdirSync(path)
    writeFileSync(image, '')
    truncateSync(image, mebibytes * 1024 * 1024)
    // nothing is kept back for root, whom the tests run as
    execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', image])
    const disk = new Ext4Disk(path, image)
    disk.#mount()
    return disk
  }

  /** Processes go on, and are told of an error at every write. */
  cutPower(): void {
    execFileSync('perl', ['-e', SHUT_DOWN, this.path])
  }

  /** What is on the disk after a cut, once nobody uses it any more. */
  restore(): void {
    this.#unmount()
    this.#mount()
  }

  /** As the kernel does after an error of the disk. */
  remount(how: 'ro' | 'rw'): void {
    execFileSync('mount', ['-o', `remount,${how}`, this.path])
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path)
    return bavail * bsize
  }

  discard(): void {
    process.off('exit', this.#atExit)
    this.#unmount()
    rmSync(this.#image, { force: true })
  }

  #mount(): void {
    execFileSync('mount', ['-o', OPTIONS, this.#image, this.path])
  }

  #unmount(...how: string[]): void {
    if (readFileSync('/proc/self/mounts', 'utf8').includes(` ${this.path} `)) execFileSync('umount', [...how, this.path])
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

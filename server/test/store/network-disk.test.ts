import { describe, expect, test } from 'vitest'
import { networkFileSystem } from '../../src/store/network-disk.ts'

describe('a network file system', () => {
  test.each([
    ['NFS', 0x6969],
    ['SMB', 0x517b],
    ['CIFS', 0xff534d42],
    ['CIFS', 0xff534d42 | 0],
    ['SMB2', 0xfe534d42],
    ['AFS', 0x5346414f],
  ])('a network file system is known by its number: %s, %i', (name, type) => {
    expect(networkFileSystem(type)).toBe(name)
  })

  test.each([
    ['ext4', 0xef53],
    ['XFS', 0x58465342],
    ['Btrfs', 0x9123683e],
    ['ZFS', 0x2fc12fc1],
    ['tmpfs', 0x01021994],
    ['overlayfs', 0x794c7630],
    ['FUSE', 0x65735546],
    ['9p', 0x01021997],
  ])('a file system that may be local is not called a network file system: %s', (_name, type) => {
    expect(networkFileSystem(type)).toBeUndefined()
  })
})

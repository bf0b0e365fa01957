import { expect, test } from 'vitest'
import { treeOf } from '@/api/categories'

test('categories become a tree, and one whose category above is missing stands for itself', () => {
  const found = treeOf([
    { code: 'a', parent: '', name: '甲' },
    { code: 'a/b', parent: 'a', name: '乙' },
    { code: 'a/b/c', parent: 'a/b', name: '丙' },
    { code: 'x/y', parent: 'x', name: '丁' },
  ])
  expect(found).toEqual([
    { value: 'a', label: '甲', children: [{ value: 'a/b', label: '乙', children: [{ value: 'a/b/c', label: '丙' }] }] },
    { value: 'x/y', label: '丁' },
  ])
})

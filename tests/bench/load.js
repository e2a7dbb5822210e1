// Puts items into dynalite's data while dynalite does not run, some ten times as fast as over HTTP.
// Argument: folder of the data, in which the tables are already. Standard input: one `[table, item]` a line.
'use strict'
const { create, createKey, getIndexActions } = require('dynalite/db')
const { createInterface } = require('readline')

const AT_ONCE = 5000

async function load (path) {
  const store = create({ path })
  const tables = {}
  const described = name => new Promise((resolve, reject) =>
    store.getTable(name, (error, table) => error ? reject(error) : resolve(table)))
  const written = (db, operations) => new Promise((resolve, reject) =>
    db.batch(operations, error => error ? reject(error) : resolve()))

  const waiting = new Map()
  let count = 0
  const put = (db, key, value) => {
    if (!waiting.has(db)) waiting.set(db, [])
    waiting.get(db).push({ type: 'put', key, value })
    count++
  }
  const flush = async () => {
    await Promise.all([...waiting].map(([db, operations]) => written(db, operations)))
    waiting.clear()
    count = 0
  }

  for await (const line of createInterface({ input: process.stdin })) {
    const [name, item] = JSON.parse(line)
    const table = tables[name] ??= await described(name)
    put(store.getItemDb(name), createKey(item, table), item)
    for (const { index, key, item: projected } of getIndexActions(table.GlobalSecondaryIndexes ?? [], null, item, table).puts) {
      put(store.getIndexDb('global', name, index), key, projected)
    }
    if (count >= AT_ONCE) await flush()
  }
  await flush()
  await store.db.close()
}

load(process.argv[2]).catch(error => {
  console.error(error)
  process.exit(1)
})

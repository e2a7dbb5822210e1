// Runs dynalite: DynamoDB on LevelDB. Arguments: host, folder of the data; without the folder, data is in memory.
// Prints its port once it answers, or what is wrong. Ends when its standard input does, so it never outlives
// whoever started it, not even one that was killed.
'use strict'
const PATIENCE = 3000 // ms for a former one to let go of the data

async function available (path) {
  const { Level } = require('level')
  const deadline = Date.now() + PATIENCE
  for (;;) {
    const database = new Level(path)
    try {
      await database.open()
      return await database.close()
    } catch (error) {
      if (Date.now() > deadline) throw error.cause ?? error
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}

async function run (host, path) {
  process.stdin.on('end', () => process.exit()).resume()
  if (path) await available(path)
  const dynalite = require('dynalite')
  const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  server.listen(0, host, () => console.log(server.address().port))
}

run(...process.argv.slice(2)).catch(error => {
  console.log(error.message)
  process.exit(1)
})

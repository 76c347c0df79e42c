import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../servers/free-port.ts'
import { requireServer, serverPath } from '../servers/require-server.ts'
import { type ServerProcess, startProcess } from '../servers/server-process.ts'

const deploy = join(import.meta.dirname, '../../deploy')

/** The broker of docker-compose.yml, with its own files, in a directory instead of a container. */
describe.runIf(requireServer('mosquitto') && requireServer('mosquitto_pub') && process.getuid?.() === 0)(
  'the broker of the deployment',
  () => {
    let directory: string
    let broker: ServerProcess
    let port: number
    let adit: MqttClient
    const login = (username: string, password: string) =>
      connectAsync(`mqtt://127.0.0.1:${port}`, { username, password, reconnectPeriod: 0 }, false)

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'adit-deploy-'))
      port = await freePort()
      const data = join(directory, 'data')
      await mkdir(data)
      spawnSync('chmod', ['755', directory])
      for (const name of ['mosquitto.conf', 'mosquitto.acl', 'start-mosquitto.sh']) {
        const text = await readFile(join(deploy, name), 'utf8')
        const moved = text
          .replaceAll('/mosquitto/data', data)
          .replaceAll('/deploy', directory)
          .replace('listener 1883', `listener ${port} 127.0.0.1`)
        await writeFile(join(directory, name), moved)
      }
      process.env.ADIT_BROKER_PASSWORD = 'of-adit'
      // its script names the programs only, and sbin is not on everybody's path
      process.env.PATH = `${dirname(serverPath('mosquitto'))}:${process.env.PATH}`
      broker = await startProcess('/bin/sh', [join(directory, 'start-mosquitto.sh')], (log) => / running$/m.test(log))
      delete process.env.ADIT_BROKER_PASSWORD
      spawnSync('mosquitto_passwd', ['-b', join(data, 'passwords'), 'gw-1', 'of-gateway'])
      process.kill(broker.pid, 'SIGHUP')
      adit = await login('adit', 'of-adit')
      await adit.subscribeAsync('adit/v1/+/#', { qos: 1 })
    })
    afterAll(async () => {
      await adit?.endAsync()
      await broker?.stop()
      await rm(directory, { recursive: true, force: true })
    })

    test('nobody comes in without a login', async () => {
      await expect(login('gw-1', 'wrong')).rejects.toThrow(/authori[sz]ed/i)
      await expect(connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 }, false)).rejects.toThrow(/authori[sz]ed/i)
    })

    test('a gateway speaks for itself alone, and hears nothing', async () => {
      const heard: string[] = []
      adit.on('message', (topic) => heard.push(topic))
      const attempt = (program: string, ...options: string[]) =>
        spawnSync(program, ['-h', '127.0.0.1', '-p', String(port), '-u', 'gw-1', '-P', 'of-gateway', '-q', '1', ...options])
      attempt('mosquitto_pub', '-t', 'adit/v1/gw-2/readings', '-m', 'of another')
      attempt('mosquitto_pub', '-t', 'adit/v1/gw-1/secrets', '-m', 'of no kind')
      expect(attempt('mosquitto_pub', '-t', 'adit/v1/gw-1/readings', '-m', 'own').status).toBe(0)
      await expect.poll(() => heard).toEqual(['adit/v1/gw-1/readings'])
      attempt('mosquitto_pub', '-t', 'adit/v1/gw-1/events', '-m', 'kept', '-r')
      await expect.poll(() => heard).toHaveLength(2)
      expect(attempt('mosquitto_sub', '-t', 'adit/v1/gw-1/events', '-C', '1', '-W', '1').stdout.toString()).toBe('')
    })

    test('its health check sees it alive', async () => {
      await adit.subscribeAsync('$SYS/broker/uptime')
      const [topic] = await new Promise<[string]>((resolve) => adit.once('message', (heard) => resolve([heard])))
      expect(topic).toBe('$SYS/broker/uptime')
    })
  },
)

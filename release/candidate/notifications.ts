// Has the candidate prove a channel and send over it once, and looks for the receipt.
import { expect, isSigned, mark, must, openReceiver, tell, until } from './asking.ts'

interface Channel {
  readonly verifyWith: { readonly secret: string }
}
interface Tested {
  readonly arrived: boolean
  readonly level: string
}
interface Message {
  readonly id: string
  readonly state: string
}

const name = `certify-${mark}`
const receiver = await openReceiver()
receiver.answer = (body) => /"nonce":"[^"]+"/.exec(body)?.[0].replace(/^.*$/, '{$&}') ?? ''
const target = { kind: 'webhook', url: receiver.url }
const { verifyWith } = await must<Channel>('POST', '/v1/channels', { name, target })
try {
  const tested = await must<Tested>('POST', `/v1/channels/${name}/test`)
  expect(tested.arrived && tested.level === 'echoed', `the test proved ${tested.level}`)
  const wish = { channels: [name], title: `certify ${mark}`, text: 'once' }
  const [sent] = await must<readonly { messageId: string }[]>('POST', '/v1/messages', wish)
  const message = await until('the message', () =>
    receiver.received.find(({ body }) => body.includes(`certify ${mark}`)),
  )
  expect(isSigned(verifyWith.secret, message), 'the message is not signed as it says')
  await must('POST', '/v1/messages', wish)
  await until('the receipt', async () =>
    (await must<readonly Message[]>('GET', `/v1/channels/${name}/messages?state=delivered`)).find(
      ({ id }) => id === sent?.messageId,
    ),
  )
  const count = receiver.received.filter(({ body }) => body.includes(`certify ${mark}`)).length
  tell({ 'Channels proven': 1, 'Arrivals of one message': count })
} finally {
  await must('DELETE', `/v1/channels/${name}`)
  receiver.close()
}

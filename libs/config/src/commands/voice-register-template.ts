import { type Command, taggedMode } from '../command';
import { type VoiceRegisterPool, type VoiceRegisterTemplate } from '../config';
import { buttonLayout, featureButton, urlButton } from './phone-keys';

/** `session-transport`, in a template and in a pool; the pool's own value wins [cme-presence 2.8]. */
export function sessionTransport<R extends VoiceRegisterPool | VoiceRegisterTemplate>(): Command<R> {
  return {
    pattern: 'session-transport ~ <tcp|udp>$transport',
    help: ['Transport of SIP towards the phone', 'TCP', 'UDP, the default'],
    set: (record, args) => {
      record.sessionTransport = args.text('transport') as R['sessionTransport'];
    },
    unset: (record) => {
      delete record.sessionTransport;
    },
    render: ({ sessionTransport: transport }) => (transport === undefined ? [] : [`session-transport ${transport}`]),
  };
}

/** `voice register template <tag>`: what several phones have in common. */
export const voiceRegisterTemplate = taggedMode<VoiceRegisterTemplate>({
  name: 'voice register template',
  prompt: 'config-register-temp',
  pattern: 'voice register template (1-10)$tag',
  help: ['Voice configuration commands', 'SIP phones', 'A template for phones', 'Tag of the template'],
  table: 'templates',
  create: (tag) => ({ tag, urlButtons: {}, featureButtons: {}, buttonLayout: {} }),
  commands: [sessionTransport(), urlButton(), featureButton(), buttonLayout('-button')],
});

import { taggedMode } from '../command';
import { setting } from '../command-kinds';
import { type EphoneDnTemplate, type EphoneTemplate } from '../sccp-config';
import { allowWatch } from './common';
import { blfSpeedDial, buttonLayout, featureButton, urlButton } from './phone-keys';

/** `ephone-dn-template <1-15>`: what several ephone-dns have in common [cme-presence 2.3, 2.8]. */
export const ephoneDnTemplate = taggedMode<EphoneDnTemplate>({
  name: 'ephone-dn-template',
  prompt: 'config-ephone-dn-template',
  pattern: 'ephone-dn-template (1-15)$tag',
  help: ['A template for ephone-dns', 'Tag of the template'],
  table: 'ephoneDnTemplates',
  create: (tag) => ({ tag }),
  commands: [
    setting('description', 'DISPLAY', ['Text in the header of the phone', 'Text'], 'description'),
    allowWatch(),
  ],
});

/** `ephone-template <1-20>`: what several ephones have in common [cme-presence 2.6, 2.8]. */
export const ephoneTemplate = taggedMode<EphoneTemplate>({
  name: 'ephone-template',
  prompt: 'config-ephone-template',
  pattern: 'ephone-template (1-20)$tag',
  help: ['A template for ephones', 'Tag of the template'],
  table: 'ephoneTemplates',
  create: (tag) => ({ tag, blfSpeedDials: {}, urlButtons: {}, featureButtons: {}, buttonLayout: {} }),
  commands: [blfSpeedDial('(1-75)'), urlButton(), featureButton(), buttonLayout('')],
});

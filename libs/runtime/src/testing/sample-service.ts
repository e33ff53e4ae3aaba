import { AnswerError } from '@linewatch/bus';
import { Controller, Inject, Module } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { z } from 'zod';
import type { ServiceDefinition } from '../run-service';

/** What a service looks like: a core without Nest, a controller that only passes on, and one list of what is built. */

class Greeter {
  constructor(private readonly word: string) {}
  greet(name: string): string {
    if (name === '') throw new AnswerError('no-name', 'Nobody is there to be greeted.');
    return `${this.word}, ${name}`;
  }
}

const GREETER = Symbol('Greeter');

@Controller()
class GreetController {
  constructor(@Inject(GREETER) private readonly greeter: Greeter) {}

  @MessagePattern('greet')
  greet(question: { name: string }): { greeting: string } {
    return { greeting: this.greeter.greet(question.name) };
  }

  @MessagePattern('show.greeter')
  async show(): Promise<string> {
    return this.greeter.greet('operator');
  }

  @MessagePattern('edge.explain')
  explain(): string {
    return 'because';
  }

  @MessagePattern('slow')
  async slow(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return 'done';
  }
}

@Module({})
class SampleModule {}

const settings = {
  LINEWATCH_GREETING: z.string().min(1).default('Hello').describe('the word of greeting'),
};

export const sampleService: ServiceDefinition<typeof settings> = {
  name: 'sample',
  settings,
  module: (context) => ({
    module: SampleModule,
    controllers: [GreetController],
    providers: [{ provide: GREETER, useValue: new Greeter(context.settings.LINEWATCH_GREETING) }],
  }),
};

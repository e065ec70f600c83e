import type { JsonSchema } from '../../src/source/json-schema.ts'
import { object } from './expected.ts'

/** Functions with parameters of Pydantic models. */
export const PYTHON_MODELS: Readonly<Record<string, readonly [string, string, JsonSchema]>> = {
  create_invoice: [
    `from pydantic import BaseModel, Field
from typing import List, Optional

class Line(BaseModel):
    """One line of an invoice."""
    text: str = Field(..., description="Goods delivered", max_length=200)
    quantity: int = Field(1, ge=1)
    price: float = Field(gt=0, description="Per piece, in euros")

class Invoice(BaseModel):
    customer: str
    lines: List[Line] = Field(min_length=1)
    note: Optional[str] = Field(None, description="Printed below")

def create_invoice(invoice: Invoice, send: bool = False) -> dict:
    """Create an invoice.

    Args:
        invoice: All of it
        send (bool, optional): Mail it at once
    """
    return invoice.model_dump()
`,
    'Create an invoice.',
    object(
      {
        invoice: {
          ...object(
            {
              customer: { type: 'string' },
              lines: {
                type: 'array',
                minItems: 1,
                items: {
                  ...object(
                    {
                      text: { type: 'string', description: 'Goods delivered', maxLength: 200 },
                      quantity: { type: 'integer', default: 1, minimum: 1 },
                      price: {
                        type: 'number',
                        exclusiveMinimum: 0,
                        description: 'Per piece, in euros',
                      },
                    },
                    ['text', 'price'],
                  ),
                  description: 'One line of an invoice.',
                },
              },
              note: { type: 'string', description: 'Printed below' },
            },
            ['customer', 'lines'],
          ),
          description: 'All of it',
        },
        send: { type: 'boolean', description: 'Mail it at once', default: false },
      },
      ['invoice'],
    ),
  ],
  update_ticket: [
    `from __future__ import annotations
from pydantic import BaseModel

class Base(BaseModel):
    id: int
    title: str = "untitled"

class Ticket(Base):
    """A ticket of the help desk."""
    status: str = "open"
    labels: list[str] = []
    parent: int | None = None

def update_ticket(ticket: Ticket) -> None:
    """Change a ticket."""
`,
    'Change a ticket.',
    object(
      {
        ticket: {
          ...object(
            {
              id: { type: 'integer' },
              title: { type: 'string', default: 'untitled' },
              status: { type: 'string', default: 'open' },
              labels: { type: 'array', items: { type: 'string' }, default: [] },
              parent: { type: 'integer' },
            },
            ['id'],
          ),
          description: 'A ticket of the help desk.',
        },
      },
      ['ticket'],
    ),
  ],
  assign_task: [
    `from pydantic import BaseModel, Field, field_validator

class Task(BaseModel):
    model_config = {"extra": "forbid"}

    title: str = Field(min_length=3, pattern="^[A-Z]")
    hours: float | None = Field(default=None, le=40)
    subtasks: list[str] = Field(default_factory=list, max_length=5)

    @field_validator("title")
    @classmethod
    def trim(cls, value):
        return value.strip()

def assign_task(task: Task, to: str = "me") -> bool:
    """Assign a task."""
    return True
`,
    'Assign a task.',
    object(
      {
        task: object(
          {
            title: { type: 'string', minLength: 3, pattern: '^[A-Z]' },
            hours: { type: 'number', maximum: 40 },
            subtasks: { type: 'array', items: { type: 'string' }, maxItems: 5, default: [] },
          },
          ['title'],
        ),
        to: { type: 'string', default: 'me' },
      },
      ['task'],
    ),
  ],
}

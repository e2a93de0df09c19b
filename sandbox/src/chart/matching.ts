// SPDX-License-Identifier: Apache-2.0 OR MIT
import {
  badRequest,
  getSearchParameter,
  matchesSearchRequest,
  OperationOutcomeError,
  Operator,
  splitSearchOnComma,
} from '@medplum/core';
import type { Filter } from '@medplum/core';
import type { Resource, SearchParameter } from '@medplum/fhirtypes';
import { valuesOf } from './values.ts';
import type { Token } from './values.ts';

type Matcher = (resource: Resource) => boolean;

/** Contact points are the only tokens with a text search. Medplum also searches the text of some codes. */
const contactPointCodes = ['phone', 'email', 'telecom'];

/**
 * Returns a function that checks whether a resource matches a filter. The filter is parsed once for all resources.
 * Tokens and references use the index of `valuesOf`. The function matchesSearchRequest decides about all other types.
 */
export function matcher(type: Resource['resourceType'], filter: Filter): Matcher {
  const parameter = getSearchParameter(type, filter.code);
  if (parameter?.type !== 'token' && parameter?.type !== 'reference') {
    return (resource) => matchesSearchRequest(resource, { resourceType: type, filters: [filter] });
  }
  const { code, operator, value } = filter;
  switch (operator) {
    case Operator.MISSING:
    case Operator.PRESENT: {
      const expected = (value === 'true') === (operator === Operator.PRESENT);
      return (resource) => valuesOf(resource, code).typed.length > 0 === expected;
    }
    case Operator.EQUALS:
    case Operator.EXACT:
      return positive(parameter, value);
    case Operator.NOT:
    case Operator.NOT_EQUALS: {
      const isEqual = positive(parameter, value);
      return (resource) => !isEqual(resource);
    }
    case Operator.CONTAINS:
    case Operator.TEXT:
      if (contactPointCodes.includes(code)) {
        return text(code, value);
      }
  }
  throw new OperationOutcomeError(badRequest(`The sandbox cannot search by ${code}:${operator}`));
}

function positive(parameter: SearchParameter, value: string): Matcher {
  return parameter.type === 'token' ? token(parameter.code, value) : reference(parameter, value);
}

/** `value`, `system|value`, `|value` (without a system) or `system|`, in a list separated by commas. */
function token(code: string, list: string): Matcher {
  const values = new Set<string>();
  const pairs: Pick<Token, 'system' | 'value'>[] = [];
  for (const one of splitSearchOnComma(list.toLowerCase())) {
    const [first = '', second] = one.trim().split('|');
    if (second === undefined) {
      values.add(first);
    } else if (first || second) {
      pairs.push({ system: first || undefined, value: second || undefined });
    }
  }
  return (resource) =>
    valuesOf(resource, code).tokens.some(
      ({ system, value }) =>
        (value !== undefined && values.has(value)) ||
        pairs.some((pair) => pair.system === system && (pair.value ?? value) === value),
    );
}

/** The text of one value contains one of the list. Each of several filters can match another value. */
function text(code: string, list: string): Matcher {
  const parts = splitSearchOnComma(list.toLowerCase()).map((part) => part.trim());
  return (resource) =>
    valuesOf(resource, code).tokens.some(
      ({ value, isContactPoint }) => isContactPoint && value && parts.some((part) => value.includes(part)),
    );
}

/** `Type/id` or, if the parameter has only one type, `id`. */
function reference({ code, target }: SearchParameter, list: string): Matcher {
  const [type, ...otherTypes] = target ?? [];
  const references = new Set(
    splitSearchOnComma(list).map((one) =>
      one.includes('/') || type === undefined || otherTypes.length > 0 ? one : `${type}/${one}`,
    ),
  );
  return (resource) => {
    const found = valuesOf(resource, code).references;
    return found.length > 0 ? found.some((one) => references.has(one)) : list === '';
  };
}

"""The compiler for the hot loop, behind one typed name.

Set NUMBA_DISABLE_JIT=1 to run the very same functions as plain Python: the readable twin of the compiled
code, which gives the same placements bit for bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar, cast

import numba
import numpy as np
from numba import types
from numba.core import codegen
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.experimental import structref
from numba.extending import get_cython_function_address
from scipy import special

# Of a number that is not negative: compiled code then need not ask whether it counts from the end. Do no sums with it
# but with another one: of a signed and an unsigned number compiled code makes a float.
row_of: Callable[[int], int] = cast(Any, np.uint64)
llvm: Any = codegen.ll  # type: ignore[attr-defined]  # llvmlite's binding, in the version that numba goes with
Function = TypeVar("Function", bound=Callable[..., Any])
Tuple = TypeVar("Tuple")


def _use_wide_vectors() -> None:
    """Let code use vectors of 512 bits where the processor has them: the placing takes a sixth less time, and results
    are the same to the last bit. LLVM holds back, since some processors of before 2019 slow down."""
    config: Any = numba.config  # numba has no types
    features = codegen.get_host_cpu_features()  # type: ignore[no-untyped-call]
    if config.CPU_FEATURES is None and "+avx512dq" in features:
        config.CPU_FEATURES = features + ",-prefer-256-bit"


_use_wide_vectors()


class Handle(structref.StructRefProxy, Generic[Tuple]):
    """A pointer to a named tuple of arrays, `columns`: handing over the tuple itself, array by array, costs far more
    than most calls do with it. Made by `handle`."""

    columns: Tuple
    _numba_type_ = vars(structref.StructRefProxy)["_type"]  # the same without a call: looked up 40 times a week


class _HandleType(types.StructRef):
    """What numba knows a handle as."""


class _PlainHandle:
    """The same for functions that are not compiled."""

    def __init__(self, columns: Any) -> None:
        self.columns = columns


structref.register(_HandleType)  # type: ignore[no-untyped-call]
structref.define_proxy(Handle, _HandleType, ["columns"])  # type: ignore[no-untyped-call]


class _Kept(CompileResultCacheImpl):
    """Machine code from disk whose intermediate code is read only if a function that calls it is to be compiled.

    Numba reads it at once, which takes most of the time of loading.
    """

    def rebuild(self, target_context: Any, payload: Any) -> Any:
        """The function again, from what was kept of it."""
        try:
            return self._rebuild(target_context, *payload)
        except (AttributeError, TypeError, ValueError):  # a numba that keeps it in another way
            return super().rebuild(target_context, payload)  # type: ignore[no-untyped-call]

    def _rebuild(self, target_context: Any, library: Any, about: Any, *rest: Any) -> Any:
        name, kind, (machine_code, intermediate_code) = library
        callable_from_outside = about.llvm_func_name, about.llvm_cpython_wrapper_name, about.llvm_cfunc_wrapper_name
        target_context.codegen()._engine._defined_symbols.update(callable_from_outside)
        lean = (name, kind, (machine_code, _no_code())), about, *rest
        result: Any = super().rebuild(target_context, lean)  # type: ignore[no-untyped-call]
        result.library._get_module_for_linking = lru_cache(partial(llvm.parse_bitcode, intermediate_code))
        return result


@lru_cache
def _no_code() -> bytes:
    return cast(bytes, llvm.parse_assembly("").as_bitcode())


class _Cache(FunctionCache):
    """Machine code on disk that is made anew when a source file of any function called in it has changed, or the value
    of a constant that one names, wherever it was imported from.

    Numba itself looks only at the file of the function that is called from Python.
    """

    _impl_class = _Kept

    def _index_key(self, *of_numba: Any) -> tuple[Any, ...]:
        functions = _reached(self._py_func)
        files = sorted({function.__code__.co_filename for function in functions})
        constants = sorted({constant for function in functions for constant in _constants_in(function)})
        numbas = super()._index_key(*of_numba)  # type: ignore[no-untyped-call]  # numba has no types
        return (*numbas, *(_digest(file) for file in files), *constants)

    def load_overload(self, *of_numba: Any) -> Any:
        try:
            return super().load_overload(*of_numba)  # type: ignore[no-untyped-call]
        except (AttributeError, ImportError):  # another version kept it, with types that have other names here
            self.flush()  # type: ignore[no-untyped-call]
            return None


def compiled(function: Function) -> Function:
    """Compile on first use and keep the machine code on disk for the next process.

    No fast-math: sums and comparisons are done in the order written, so that results do not depend on the
    processor's vector width.
    """
    dispatcher: Any = _compiled(function)
    if dispatcher is not function and hasattr(dispatcher, "py_func"):
        dispatcher._cache = _Cache(function)  # type: ignore[no-untyped-call]  # as `cache=True` does with numba's
    return cast(Function, dispatcher)


def compiled_part(function: Function) -> Function:
    """The same for a function that only compiled functions call: without a way in from Python it compiles faster.

    Calling it from Python crashes the interpreter, unless NUMBA_DISABLE_JIT is set.
    """
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def from_scipy(name: str) -> Callable[[float], float]:
    """A function of `scipy.special` that takes a number, for compiled code."""
    if getattr(numba.config, "DISABLE_JIT", False):
        return cast(Callable[[float], float], getattr(special, name))
    symbol = f"scipy_special_{name}"
    llvm.add_symbol(symbol, get_cython_function_address("scipy.special.cython_special", name))
    return cast(Callable[[float], float], types.ExternalFunction(symbol, types.float64(types.float64)))


def handle(columns: Tuple) -> Handle[Tuple]:
    """A handle on a named tuple of arrays, for as long as the arrays are not replaced."""
    if getattr(numba.config, "DISABLE_JIT", False):
        return cast(Handle[Tuple], _PlainHandle(columns))
    made: Handle[Tuple] = _handle(columns)
    made.columns = columns  # for functions that are not compiled
    return made


def _compiled(function: Function, **options: Any) -> Function:
    if getattr(numba.config, "DISABLE_JIT", False):
        # Plain NumPy numbers warn where 64-bit products wrap round, as they are meant to.
        return np.errstate(over="ignore")(function)
    return cast(Function, numba.njit(error_model="numpy", **options)(function))


def _reached(function: Callable[..., Any]) -> set[Callable[..., Any]]:
    """A function and all compiled ones that it calls, by their Python originals."""
    found, left = set(), [function]
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += [other.py_func for _, other in _named_in(one) if hasattr(other, "py_func")]
    return found


def _constants_in(function: Callable[..., Any]) -> list[str]:
    """The constants that a function names, with their values."""
    plain = bool, int, float, str, tuple, np.generic
    return [f"{name} = {value!r}" for name, value in _named_in(function) if isinstance(value, plain)]


def _named_in(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    """The names in a function and what they mean, those behind the name of a module too."""
    names = function.__code__.co_names
    meant = [(name, function.__globals__.get(name)) for name in names]
    modules = [value for _, value in meant if isinstance(value, ModuleType)]
    return meant + [(name, getattr(module, name, None)) for module in modules for name in names]


@lru_cache(maxsize=256)
def _digest(file: str) -> str:
    """One hash of the contents of a source file."""
    return hashlib.blake2b(Path(file).read_bytes(), digest_size=16).hexdigest()


@compiled
def _handle(columns: Any) -> Any:
    return Handle(columns)  # type: ignore[no-untyped-call]

"""Kaldi's binary file format: tokens, basic types, vectors and (compressed) matrices.

Sources: kaldi/src/base/io-funcs.cc and io-funcs-inl.h (tokens end in a space; a basic type is preceded by its size in
bytes), kaldi/src/matrix/kaldi-vector.cc ("FV"), kaldi-matrix.cc ("FM") and compressed-matrix.cc ("CM3").
"""

import struct
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating]

_BINARY_MARK = b"\0B"
_SMALLEST_RANGE = 1e-6


class Storage(StrEnum):
    """How a matrix is stored."""

    FLOAT = "float"
    """32-bit floats."""
    BYTE = "byte"
    """One byte an element between the matrix's own least and greatest value (kOneByte); read back as floats."""


class BinaryWriter:
    """Collects one Kaldi object in binary form."""

    def __init__(self) -> None:
        self._bytes = bytearray(_BINARY_MARK)

    def tokens(self, *names: str) -> None:
        """Write each name followed by a space."""
        for name in names:
            self._bytes += name.encode() + b" "

    def integers(self, *values: int) -> None:
        """Write 32-bit integers, each with its size before it."""
        for value in values:
            self._bytes += b"\x04" + struct.pack("<i", value)

    def floats(self, *values: float) -> None:
        """Write 32-bit floats, each with its size before it."""
        for value in values:
            self._bytes += b"\x04" + struct.pack("<f", value)

    def double(self, value: float) -> None:
        """Write a 64-bit float with its size before it."""
        self._bytes += b"\x08" + struct.pack("<d", value)

    def text(self, value: str) -> None:
        """Write bare text, as Nnet::Write does with its configuration."""
        self._bytes += value.encode()

    def integer_vector(self, values: Sequence[int]) -> None:
        """Write as WriteIntegerVector: element size, count, elements."""
        self._bytes += b"\x04" + struct.pack("<i", len(values)) + np.asarray(values, "<i4").tobytes()

    def vector(self, values: FloatArray | Sequence[float]) -> None:
        """Write a Vector<float>."""
        array = np.asarray(values, "<f4")
        self.tokens("FV")
        self.integers(len(array))
        self._bytes += array.tobytes()

    def matrix(self, values: FloatArray, storage: Storage = Storage.FLOAT) -> None:
        """Write a Matrix<float>, or a CompressedMatrix, which Matrix::Read accepts as well."""
        array = np.ascontiguousarray(values, "<f4")
        match storage:
            case Storage.FLOAT:
                self.tokens("FM")
                self.integers(*array.shape)
                self._bytes += array.tobytes()
            case Storage.BYTE:
                least = float(array.min())
                spread = max(float(array.max()) - least, _SMALLEST_RANGE)
                self.tokens("CM3")
                self._bytes += struct.pack("<ffii", least, spread, *array.shape)
                self._bytes += np.round((array - least) / spread * 255).astype("u1").tobytes()

    def append(self, other: "BinaryWriter") -> None:
        """Write what another writer collected, without its mark."""
        self._bytes += other.getvalue().removeprefix(_BINARY_MARK)

    def getvalue(self) -> bytes:
        """Everything written so far."""
        return bytes(self._bytes)
